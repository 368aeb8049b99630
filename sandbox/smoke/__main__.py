import sys

from sandbox.smoke.drive import main

sys.exit(main())
