"""Small made-up files of SPSS, Stata and SAS, as tests/data/surveys/make.py prints them."""

import base64
import zlib

MOST = 20_000


def unpacked(text: str) -> bytes:
    """Return the bytes that a compressed example stands for."""
    return zlib.decompressobj().decompress(base64.b64decode(text), MOST)


SPSS = unpacked(
    "eNpTcfMxctBQ1lQIDggOVnBxDHFUcPP0cVXQVcgoKSkottLXT88syShN0kvOz9UPz6xKLErxTUzWD0pNTAkuSSxRYG"
    "JgYABhGECwIx2MTBT88ssUjMwMDKyMDK0MLRUoBFDzGZHsY2BkBGNPF4gSZLeA1DFxsIJxoCHcCAaGAxEOzChuFXDg"
    "yMnMTk1RyCxRQFXHXpSaVlqcmsICMw+I2YEYpB8kxgHEIkh2/gcCRiS1L/9C1MPUMkPV/P///j+Urv8H5bNDzQLpZQ"
    "Xi0BA3XQuQIDfUADaoJRxIFnJANYDU8ULZIPWeLraZKZyBhraFhiApAahS5PCD+f85M4Q2RPY7MEyM0MICAMu4U+A="
)
STATA = unpacked(
    "eNrtVU9LwzAUjzKcHodHL0WY4MW0RQTlEXfyMtnFg8eSrpkrpnYm2XAnv4rfx+/hUTyJIFKTJrXbvO2ygT4ov7yX17"
    "w/eS8PpKKKRomiBIaMJkwQEIwzKhkJglPAFQPxVLFcGIXLqwvANQtdsokQAtwl0CuXqGR7BDiNGSeGsStQaca0xWxE"
    "WuGx18snXuiHJ57vn4UB4HoXcOVMRkfEHYmeHO5tWOw4vHZGHxx+OTxoWHzesvjqcLdpcd/hp8PmduW7sQoTKlIacx"
    "ap6YhJ8l58FIAXhEbpjmq3SZqg1dJ9sGIHyuTYZIDMheKpVGRe4UcMg1xkVEnSDvwj/2YJa+0gXO5HwJVtfXl8zKKy"
    "NiPrOEIrv0V/9be4mJW6FUrpGqTpn/44zbzEriahP6SC9hUT+oFJ+1qAf0kSPexc8b6dN+rTOi9F8Qi43AaphDkOO5"
    "xpB83xmJPDdehTTWbMtdx6R38mIBMIT29Z4qUKCTYYS5aY+avdnutsG2A1+78Bcd+9Dw=="
)
SAS = unpacked(
    "eNrFk9EKgjAUhs+86jFOt13INmSUV003MEgNJz5AeNNl9P7QzAjR2Sov+mBsh42f/z/jZFoqXWGl07JSm57jIWm2iJ"
    "gN79Y99C2IRhrsGOxWDlGEVHT1+dZGIcdZeFSUDRcxpTFnMduNa1xI5sib6/wR+KO8TLxOEXXrKZOeaiu4pH+1J4d9"
    "p2QtJ339R/8KmRtvXu7OCwEAECCX9jc/8GRc+/TABbFrBcGVLfBCJl6IT89lZcl/lImZnd/RtE30mNz3Bnj4pRM3d0"
    "UEr9w="
)
