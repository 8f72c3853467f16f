//! Which addresses are out in the public internet. Everything that is not is the inside of somebody's network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// May anybody be reached there by anybody? Special-purpose ranges of IPv4 and IPv6 are not public, nor is an IPv6 address that
/// carries an IPv4 address which is not.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4_is_public(v4),
        IpAddr::V6(v6) => v6_is_public(v6),
    }
}

fn v4_is_public(a: Ipv4Addr) -> bool {
    let [one, two, three, _] = a.octets();
    !matches!(
        (one, two, three),
        (0 | 10 | 127, ..)
            // shared by carriers, link-local (and where clouds keep credentials), private
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            // protocol assignments, documentation, 6to4 relays, AS112, benchmarks
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 31, 196)
            | (192, 52, 193)
            | (192, 175, 48)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
            // multicast, reserved, broadcast
            | (224..=255, ..)
    )
}

fn v6_is_public(a: Ipv6Addr) -> bool {
    if let Some(v4) = carried(a) {
        return v4_is_public(v4);
    }
    let [one, two, three, ..] = a.segments();
    // only 2000::/3 is given out; within it some is not for the world
    (one & 0xe000) == 0x2000
        && !matches!(
            (one, two, three),
            // protocol assignments and Teredo, ORCHID, documentation
            (0x2001, 0..=0x01ff, _) | (0x2001, 0x0db8, _) | (0x3fff, 0..=0x0fff, _) | (0x5f00, ..)
            // AS112
            | (0x2620, 0x004f, 0x8000)
        )
}

/// The IPv4 address inside an IPv6 address: mapped, compatible, translated (NAT64, also the local prefix) or 6to4.
fn carried(a: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = a.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] | [0, 0, 0, 0, 0, 0, high, low] => Some(v4(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(v4(high, low)),
        [0x64, 0xff9b, 1, ..] => Some(Ipv4Addr::UNSPECIFIED),
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap_or_else(|_| panic!("{text} is no address")))
    }

    #[test]
    fn the_inside_is_not_public_however_it_is_written() {
        let inside = "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254 \
            172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 \
            203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 \
            ::ffff:169.254.169.254 ::127.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 2002:7f00:1::1 \
            2002:a9fe:a9fe::1 2002:c0a8:1:: 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 2001:20::1 2001:db8::1 3fff::1 \
            5f00::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1 100::1 2620:4f:8000::1 4000::1";
        for a in inside.split_whitespace() {
            assert!(!public(a), "{a}");
        }
        let outside = "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.0.0.1 128.0.0.1 172.15.0.1 172.32.0.1 192.0.1.1 \
            192.167.0.1 198.17.0.1 198.20.0.1 223.255.255.255 2606:4700:4700::1111 2a00:1450:4001::1 2400:3200::1 ::ffff:8.8.8.8 \
            64:ff9b::808:808 2002:808:808::1 2001:4860:4860::8888";
        for a in outside.split_whitespace() {
            assert!(public(a), "{a}");
        }
    }
}
