"""One module per target, with

fuzz(data)  passes bytes to code that reads them from untrusted sources
ALLOWED     the errors by which it may reject them; any other is a crash
"""
