"""Parts of libraries that nothing here uses, and that are not loaded for those that are used.

A start is mostly imports. Some packages load all that they have for whoever wants one module of theirs.
"""

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import LazyLoader, find_spec, module_from_spec
from types import ModuleType


def without_init(package: str) -> None:
    """Let a package's modules be imported by their own names alone: what its `__init__` imports stays out."""
    if package not in sys.modules:
        _place(package, module_from_spec(_spec(package)))


def postpone(name: str) -> None:
    """Let a module be loaded when something of it is used, not when it is imported."""
    if name in sys.modules:
        return
    spec = _spec(name)
    if spec.loader is None:
        raise ModuleNotFoundError(f"{name} has nothing to load")
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    _place(name, module)
    spec.loader.exec_module(module)


def _place(name: str, module: ModuleType) -> None:
    """Let all imports find it."""
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(import_module(parent), child, module)


def _spec(name: str) -> ModuleSpec:
    spec = find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(name)
    return spec
