"""Lines of oneDNN's and winodnn's verbose output, of several versions."""

import unittest

from winodnn import shape, verbose_lines
from winodnn.verbose_lines import Decline, Execution, Info, Layer

PROBLEM = "mb1_ic64oc64_ih20oh20kh3sh1dh0ph1_iw19ow19kw3sw1dw0pw1"
LAYER = Layer(PROBLEM, "u8", "u8", ("sum", "eltwise_relu"))
TENSORS = "src_u8::blocked:acdb::f0 wei_s8:a:blocked:AcdB64a4b::f0 bia_undef::undef::: dst_u8::blocked:acdb::f0"
NEW_TENSORS = "src:u8::blocked:acdb::f0 wei:s8:a:blocked:AcdB64a4b::f0 bia:undef::undef::: dst:u8::blocked:acdb::f0"
ATTRIBUTES = "attr-scales:src0:0+wei:1 attr-post-ops:sum:0.5:0:u8+eltwise_relu "
DIRECT = f"brgconv:avx512_core_vnni,forward_inference,{TENSORS},{ATTRIBUTES},alg:convolution_direct,{PROBLEM},0.0371094"


class Parse(unittest.TestCase):
    def test_executions(self):
        expected = Execution("onednn", "convolution", "brgconv:avx512_core_vnni", LAYER, 0.0371094)
        new = DIRECT.replace(TENSORS, NEW_TENSORS)
        for line in (f"onednn_verbose,exec,cpu,convolution,{DIRECT}", f"dnnl_verbose,exec,cpu,convolution,{DIRECT}",
                     f"onednn_verbose,primitive,exec,cpu,convolution,{new}",
                     f"onednn_verbose,v1,primitive,exec,cpu,convolution,{new}",
                     f"onednn_verbose,v1,1764148.25,primitive,exec,cpu,convolution,{new}"):
            self.assertEqual(verbose_lines.parse(line), expected, line)

    def test_winodnns_are_of_the_same_layer(self):
        line = (f"winodnn_verbose,primitive,exec,cpu,convolution,wino:f4x4:s16:avx2,forward_inference,src_u8::blocked:acdb::f0 "
                f"wei_s8:a:packed:f4x4::f0 bia_f32::blocked:a::f0 dst_u8::blocked:acdb::f0,{ATTRIBUTES},"
                f"alg:convolution_direct workspace:72KiB,{PROBLEM},0.1")
        self.assertEqual(verbose_lines.parse(line),
                         Execution("winodnn", "convolution", "wino:f4x4:s16:avx2", LAYER, 0.1))

    def test_other_primitives(self):
        line = "onednn_verbose,exec,cpu,reorder,jit:uni,undef,src_f32::blocked:abcd::f0 dst_s8::blocked:a::f0,,,64x64x3x3,1.5"
        self.assertEqual(verbose_lines.parse(line), Execution("onednn", "reorder", "jit:uni", None, 1.5))

    def test_infos(self):
        for line in ("onednn_verbose,info,cpu,runtime:OpenMP,nthr:2", "onednn_verbose,v1,info,cpu,runtime:OpenMP,nthr:2"):
            self.assertEqual(verbose_lines.parse(line), Info("onednn", "cpu,runtime:OpenMP,nthr:2"))

    def test_declines(self):
        line = f"winodnn_verbose,primitive,create:decline,cpu,convolution,{PROBLEM},a reason, with a comma"
        self.assertEqual(verbose_lines.parse(line), Decline(PROBLEM, "a reason, with a comma"))

    def test_everything_else(self):
        for line in ("onednn_verbose,", "onednn_verbose,exec", "onednn_verbose,v1,primitive,exec:check,primitive,what,file:1",
                     "onednn_verbose,create:cache_miss,cpu,convolution,x,0.1", "winodnn_verbose,primitive,create:decline,cpu",
                     f"onednn_verbose,exec,cpu,convolution,{DIRECT}"[:-9] + "soon", "onednn_verbose,exec,cpu,convolution,1"):
            self.assertIsNone(verbose_lines.parse(line), line)

    def test_lines_of_programs(self):
        self.assertEqual(verbose_lines.split(b"hello\n"), (b"hello\n", None))
        self.assertEqual(verbose_lines.split(b"50%onednn_verbose,info,x\n"), (b"50%", "onednn_verbose,info,x"))
        self.assertEqual(verbose_lines.split(b"\xff\xfewinodnn_verbose,\xff\n")[0], b"\xff\xfe")


class Shapes(unittest.TestCase):
    def test_in_words(self):
        for problem, expected in (
                (PROBLEM, "1x64x20x19 → 64, 3x3"),
                ("mb2_g4ic64oc64_ih12oh6kh3sh2dh0ph1_iw12ow6kw3sw2dw0pw1", "2x64x12x12 → 64, 3x3, stride 2, 4 groups"),
                ("mb2_ic64oc64_ih12oh6kh3sh2dh1ph1_iw12ow12kw3sw1dw0pw1", "2x64x12x12 → 64, 3x3, stride 2x1, dilated"),
                ("mb1_ic16oc16_ih12oh10kh3sh1dh0ph0_iw12ow10kw3sw1dw0pw0", "1x16x12x12 → 16, 3x3, unpadded"),
                ("mb1_ic16oc16_iw12ow12kw1sw1dw0pw0", "mb1_ic16oc16_iw12ow12kw1sw1dw0pw0"), ("?", "?")):
            self.assertEqual(shape.in_words(problem), expected)


if __name__ == "__main__":
    unittest.main()
