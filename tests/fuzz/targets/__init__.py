"""One module a target, with

fuzz(data)  gives some bytes to what reads them when they are a stranger's
ALLOWED     the errors by which that may refuse them; any other is a crash
"""
