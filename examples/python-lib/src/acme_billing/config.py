"""Where bills go, and who may send them."""

import os

REPOSITORY = "acme/bills"
TOKEN = os.environ.get("BILLS_TOKEN", "")
