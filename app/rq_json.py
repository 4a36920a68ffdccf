"""RQ without pickle, in every process that imports this: what Redis holds is data and never code.

RQ unpickles jobs, results and what stands beside them wherever nobody names another serializer,
and in its registries and in rq-dashboard nobody can. So its default itself becomes JSON: whatever
refers to it, by whatever name, has no other.
"""

from rq.serializers import DefaultSerializer, JSONSerializer

DefaultSerializer.dumps = JSONSerializer.dumps
DefaultSerializer.loads = JSONSerializer.loads
