"""A program that uses oneDNN through the process: network_program.py LIBRARY. Its layers are one that winodnn takes over
at every instruction set, twice, and one that it declines."""

import sys

from winodnn import contender, onednn
from winodnn.layer import Layer

TIMES = 6

api = onednn.OneDnn(sys.argv[1])
shapes = [Layer(mb=1, ic=64, ih=28, iw=28, oc=64), Layer(mb=1, ic=64, ih=28, iw=28, oc=64, sh=2, sw=2)]
contenders = [contender.Contender(api, shape, contender.Data(shape), contender.ask(api, shape)) for shape in shapes]
for _ in range(TIMES):
    for each in contenders:
        each.execute()
contenders[0].execute()
print("checksum", sum(sum(each.output()) for each in contenders))
