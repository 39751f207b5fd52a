"""``python -m casekit`` is the command line."""

import sys

from casekit.cli import main

sys.exit(main())
