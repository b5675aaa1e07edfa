"""Start Debian's vicc, an independent card. Usage: /usr/bin/python3 vicc.py, and the options of vicc.

The package puts its library where no interpreter looks, and wants PyCrypto, which Debian no longer has; its
successor is there under another name (python3-pycryptodome). Nothing of the card itself is changed.
"""

import runpy
import sys

import Cryptodome.Cipher
import Cryptodome.Hash

sys.modules["Crypto"] = Cryptodome
sys.modules["Crypto.Cipher"] = Cryptodome.Cipher
sys.modules["Crypto.Hash"] = Cryptodome.Hash
sys.path.append("/usr/lib/python3/site-packages/virtualsmartcard")
sys.argv[0] = "/usr/bin/vicc"
runpy.run_path(sys.argv[0], run_name="__main__")
