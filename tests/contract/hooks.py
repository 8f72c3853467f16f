"""What schemathesis does not know by itself."""
import schemathesis
from schemathesis.core import media_types


@schemathesis.deserializer(*media_types.YAML_MEDIA_TYPES, "text/csv", "application/jsonl")
def text(_context, response):
    """All definitions are a stream of several YAML documents, and lists are files: they are texts, as the description says."""
    return response.content.decode(response.encoding or "utf-8")
