import gc

from formsvc import create_app

app = create_app()
gc.freeze()  # what is there now stays: looking through it again and again costs each request a tenth
