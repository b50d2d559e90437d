"""The Photos page: upload pictures, rate them, browse the results and download them."""
