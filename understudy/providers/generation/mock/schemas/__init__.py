"""Values that fit a JSON Schema: the smallest that can be found, the same each time, checked before they are given."""

from understudy.providers.generation.mock.schemas.document import SchemaError
from understudy.providers.generation.mock.schemas.validation import problem
from understudy.providers.generation.mock.schemas.values import instance

__all__ = ["SchemaError", "instance", "problem"]
