from sandbox.elements.server import run

run()
