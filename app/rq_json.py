"""RQ without pickle, in every process that imports this: Redis holds data and never code.

RQ unpickles jobs, results and their metadata unless another serializer is passed, and its
registries and rq-dashboard take none. So RQ's default serializer itself is replaced by JSON.
"""

from rq.serializers import DefaultSerializer, JSONSerializer

DefaultSerializer.dumps = JSONSerializer.dumps
DefaultSerializer.loads = JSONSerializer.loads
