//! Spellings of addresses that lead inside a network, as people who want in write them.

/// Web addresses nothing of ours may ever connect to; `{port}` is the port of something that listens.
pub const INSIDE: &[&str] = &[
    "http://127.0.0.1/", "http://127.0.0.1:80/", "https://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://127.000.000.001/",
    "http://0177.0.0.1/", "http://0177.0000.0000.0001/", "http://0x7f.0.0.1/", "http://0x7f.0x0.0x0.0x1/", "http://0x7f000001/",
    "http://0X7F000001/", "http://2130706433/", "http://017700000001/", "http://0x7f.1/", "http://127.0.0.1./", "http://127.0.0.1%2e/",
    "http://%31%32%37.0.0.1/", "http://127。0。0。1/", "http://１２７.０.０.１/", "http://①②⑦.0.0.1/", "http://127.0.0.2/",
    "http://127.255.255.254/", "http://0/", "http://0.0.0.0/", "http://0.1.2.3/", "http://00.0x0.0/", "http://[::1]/", "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/", "http://[0000::0001]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[::FFFF:127.0.0.1]/", "http://[0:0:0:0:0:ffff:127.0.0.1]/", "http://[::127.0.0.1]/", "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::1]/", "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::1]/", "http://[2001::1]/", "http://[fe80::1]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/",
    "http://[fec0::1]/", "http://[ff02::1]/", "http://[2001:db8::1]/", "http://[100::1]/", "http://169.254.169.254/latest/meta-data/",
    "http://169.254.169.254./", "http://0xa9fea9fe/", "http://2852039166/", "http://0251.0376.0251.0376/", "http://169.254.43518/",
    "http://[::ffff:169.254.169.254]/", "http://[::ffff:a9fe:a9fe]/", "http://10.0.0.1/", "http://10.1/", "http://167772161/",
    "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.0.1/", "http://192.168.1/", "http://0300.0250.0.1/",
    "http://100.64.0.1/", "http://100.100.100.200/", "http://192.0.0.192/", "http://198.18.0.1/", "http://203.0.113.7/",
    "http://224.0.0.1/", "http://255.255.255.255/", "http://240.0.0.1/", "http://localhost/", "http://LOCALHOST/", "http://localhost./",
    "http://127.0.0.1:{port}/", "http://[::1]:{port}/", "http://localhost:{port}/", "http://2130706433:{port}/",
    "http://user:pass@127.0.0.1/", "http://example.com@127.0.0.1/", "http://127.0.0.1#@example.com/", "http://127.0.0.1\\@example.com/",
    "http:/127.0.0.1/", "http:127.0.0.1", "http:\\\\127.0.0.1\\", "//127.0.0.1/", "127.0.0.1", "file:///etc/passwd", "ftp://127.0.0.1/",
    "gopher://127.0.0.1:80/_x", "dict://127.0.0.1:80/x", "unix:///run/docker.sock", "javascript:alert(1)", "data:text/plain,x",
    "http://", "http:///", "http://:80/", "http://127.0.0.1:22/", "http://127.0.0.1:6379/", "http://127.0.0.1:0/",
    "http://127.0.0.1:65536/", "http://127.0.0.1\t/", "http://127.0.0.1\r\nX: y/", "http://ex ample.com/",
];
