import gc

from formsvc import create_app

app = create_app()
gc.freeze()  # what is there now stays: nothing is gained by looking through it again and again
