"""Map each top-level room to a sub-package of ``onecard`` (``sim/`` is ``onecard.sim``).

The root package stands in ``onecard_root/``: a folder called ``onecard`` would be imported instead of the
installed package by whoever works in this directory. The list is computed, so that a new sub-package, or a
folder that holds only data, cannot be forgotten.
"""

from setuptools import find_namespace_packages, setup

ROOMS = ("virtual_cards", "sim", "scenarios", "conformance", "reports", "bench", "cli")

packages = ["onecard"]
for room in ROOMS:
    packages.append(f"onecard.{room}")
    packages.extend(
        f"onecard.{room}.{package}" for package in find_namespace_packages(room, exclude=["*__pycache__*"])
    )

setup(
    packages=packages,
    package_dir={"onecard": "onecard_root"} | {f"onecard.{room}": room for room in ROOMS},
    package_data={"": ["*.toml", "*.j2", "*.css", "*.js", "*.csv"], "onecard": ["py.typed"]},
)
