"""Text that tries to become markup, as strategies for property tests."""

from hypothesis import strategies as st

FRAGMENTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</p></section><iframe src='javascript:alert(1)'>",
    '" onmouseover="alert(1)" x="',
    "' autofocus onfocus='alert(1)",
    "[cliquez](javascript:alert(1))",
    "![x](http://ailleurs.example/x.png)",
    "&lt;b&gt; &amp; &#x3c;script&#62;",
    "<!-- --><![CDATA[x]]><?php ?>",
    "${alert(1)} {{constructor}} `x`",
    "[1] [2] [999]",
    "\x00\x1b[31m\ud800\ufffe",
    "\u202egnp.exe\u202c",
    "<svg/onload=alert(1)>",
    "&NewLine;javascript&colon;alert(1)",
]
text = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=12)), max_size=6).map("".join)
