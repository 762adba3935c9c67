//! Which addresses a pointer may lead to: those of the public internet, and what the settings add.
//!
//! The ranges are those of the IANA special-purpose registries (RFC 6890 and its successors). An IPv6
//! address that only carries an IPv4 one stands for that one.

use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of address it is that a pointer may not lead to; none if it may.
pub fn refusal(address: IpAddr, allowed: &[IpNet]) -> Option<&'static str> {
    let address = address.to_canonical();
    if allowed.iter().any(|range| range.contains(&address)) {
        return None;
    }
    match address {
        IpAddr::V4(address) => special_v4(address),
        IpAddr::V6(address) => special_v6(address),
    }
}

fn special_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (0, ..) => Some("an unspecified"),
        (127, ..) => Some("a loopback"),
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => Some("a private"),
        (100, 64..=127, _) => Some("a carrier's internal"),
        (169, 254, _) => Some("a link-local"),
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) => Some("a documentation"),
        (192, 0, 0) | (192, 88, 99) | (198, 18..=19, _) => Some("a special-purpose"),
        (224..=239, ..) => Some("a multicast"),
        (240.., ..) => Some("a reserved"),
        _ => None,
    }
}

fn special_v6(address: Ipv6Addr) -> Option<&'static str> {
    let segments = address.segments();
    if address.is_unspecified() {
        return Some("an unspecified");
    }
    if address.is_loopback() {
        return Some("a loopback");
    }
    match segments {
        // NAT64 (RFC 6052) and 6to4 (RFC 3056) lead to the IPv4 address inside.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => special_v4(joined(high, low)),
        [0x2002, high, low, ..] => special_v4(joined(high, low)),
        [0xfc00..=0xfdff, ..] => Some("a private"),
        [0xfe80..=0xfebf, ..] => Some("a link-local"),
        [0xfec0..=0xfeff, ..] => Some("a private"),
        [0xff00..=0xffff, ..] => Some("a multicast"),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Some("a documentation"),
        [0x2001, 0..=0x1ff, ..] => Some("a special-purpose"),
        [0x2000..=0x3fff, ..] => None,
        _ => Some("a reserved"),
    }
}

fn joined(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(text: &str, allowed: &[IpNet]) -> bool {
        refusal(text.parse().unwrap(), allowed).is_some()
    }

    #[test]
    fn threat_51_addresses_that_are_not_public_are_refused() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "::8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:10::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:c0a8:101::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ] {
            assert!(is_refused(address, &[]), "{address}");
        }
    }

    #[test]
    fn public_addresses_are_not() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::1",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(!is_refused(address, &[]), "{address}");
        }
    }

    #[test]
    fn what_the_settings_allow_is_allowed_in_each_spelling_and_nothing_beside_it() {
        let allowed: Vec<IpNet> = vec!["127.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        for address in ["127.0.0.1", "::ffff:127.0.0.1", "fd00::1"] {
            assert!(!is_refused(address, &allowed), "{address}");
        }
        for address in ["10.0.0.1", "::1", "fc00::1", "::ffff:10.0.0.1"] {
            assert!(is_refused(address, &allowed), "{address}");
        }
    }
}
