//! Who calls, where a reverse proxy stands in between: the address that the proxy vouches for.
//!
//! Off unless `trusted_proxies` names ranges. Headers are anybody's to write, so they count only on connections from
//! those ranges, and in them only what proxies of those ranges wrote: from the right, the first hop that is none of
//! them is the caller. Only the one header that the settings name is read: a proxy adds to one of them and passes the
//! other on as the caller sent it. What cannot be read is refused, never guessed at. Pure.

use super::settings::{ProxyHeader, Settings};
use hyper::header::HeaderMap;
use std::net::{IpAddr, SocketAddr};

/// A header of a trusted proxy that says nothing usable.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

/// The address that a request counts as coming from.
pub(super) fn caller(settings: &Settings, peer: IpAddr, headers: &HeaderMap) -> Result<IpAddr, Unreadable> {
    let peer = peer.to_canonical();
    let Some(name) = settings.proxy_header.name().filter(|_| settings.trusts(peer)) else {
        return Ok(peer);
    };
    let mut values = Vec::new();
    for value in headers.get_all(name) {
        values.push(value.to_str().map_err(|_| Unreadable)?);
    }
    // Lines of one name are one list (RFC 9110, section 5.3).
    let list = values.join(",");
    let hops: Vec<String> = match settings.proxy_header {
        ProxyHeader::Forwarded => forwarded(&list)?,
        _ => list.split(',').map(str::trim).map(str::to_owned).collect(),
    };
    // Without the header it is the proxy itself that asks: how it is, say.
    let mut caller = peer;
    for hop in hops.iter().rev().filter(|hop| !hop.is_empty()) {
        caller = address(hop).ok_or(Unreadable)?;
        if !settings.trusts(caller) {
            break;
        }
    }
    Ok(caller)
}

/// The `for` of each element of a `Forwarded` list (RFC 7239, section 4); nothing for an element without one.
fn forwarded(list: &str) -> Result<Vec<String>, Unreadable> {
    let elements = split(list, ',')?;
    let mut hops = Vec::new();
    for element in elements {
        if element.trim().is_empty() {
            continue;
        }
        let mut found = None;
        for pair in split(&element, ';')? {
            let Some((name, value)) = pair.split_once('=') else {
                return Err(Unreadable);
            };
            if name.trim().eq_ignore_ascii_case("for") && found.replace(unquoted(value.trim())?).is_some() {
                return Err(Unreadable);
            }
        }
        // A hop that does not say for whom it is hides where the rest came from.
        hops.push(found.filter(|found| !found.is_empty()).ok_or(Unreadable)?);
    }
    Ok(hops)
}

/// Splits outside of quoted strings.
fn split(text: &str, at: char) -> Result<Vec<String>, Unreadable> {
    let mut parts = vec![String::new()];
    let (mut is_quoted, mut is_escaped) = (false, false);
    for character in text.chars() {
        let was_escaped = std::mem::take(&mut is_escaped);
        match character {
            '"' if !was_escaped => is_quoted = !is_quoted,
            '\\' if is_quoted && !was_escaped => is_escaped = true,
            _ if character == at && !is_quoted => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("there is always one").push(character);
    }
    if is_quoted { Err(Unreadable) } else { Ok(parts) }
}

fn unquoted(value: &str) -> Result<String, Unreadable> {
    let Some(inner) = value.strip_prefix('"') else {
        return Ok(value.to_owned());
    };
    let inner = inner.strip_suffix('"').ok_or(Unreadable)?;
    // An address needs no escapes.
    if inner.contains(['"', '\\']) {
        return Err(Unreadable);
    }
    Ok(inner.to_owned())
}

/// An address, perhaps in brackets, perhaps with a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let found = match bare {
        Some(inner) => inner.parse().ok().filter(IpAddr::is_ipv6),
        None => text
            .parse()
            .ok()
            .or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip())),
    };
    found.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    fn settings(trusted: &[&str], header: ProxyHeader) -> Settings {
        let text = "name = \"alpha\"\ninstance_id = \"inst_0123456789ab\"\nlisten = \"127.0.0.1:5001\"\n\
                    endpoint = \"http://127.0.0.1:5001/invoke\"\n";
        let mut settings: Settings = toml::from_str(text).unwrap();
        settings.trusted_proxies = trusted.iter().map(|range| range.parse().unwrap()).collect();
        settings.proxy_header = header;
        settings
    }

    fn asked(settings: &Settings, peer: &str, lines: &[(&str, &str)]) -> Result<String, Unreadable> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        caller(settings, peer.parse().unwrap(), &headers).map(|address| address.to_string())
    }

    const XFF: &str = "x-forwarded-for";

    #[test]
    fn nobody_else_is_believed() {
        let off = settings(&[], ProxyHeader::XForwardedFor);
        let on = settings(&["10.0.0.0/8"], ProxyHeader::XForwardedFor);
        for (settings, peer) in [(&off, "127.0.0.1"), (&on, "203.0.113.9"), (&on, "127.0.0.1")] {
            let lines = [(XFF, "198.51.100.1"), ("forwarded", "for=198.51.100.2")];
            assert_eq!(asked(settings, peer, &lines).unwrap(), peer);
            assert_eq!(asked(settings, peer, &[(XFF, "\u{ff}garbage\"")]).unwrap(), peer);
        }
    }

    #[test]
    fn the_right_most_hop_that_is_no_proxy_of_ours_is_the_caller() {
        let on = settings(&["10.0.0.0/8", "2001:db8::/32"], ProxyHeader::XForwardedFor);
        for (value, expected) in [
            ("198.51.100.1", "198.51.100.1"),
            // What the caller wrote itself stands further to the left.
            ("127.0.0.1, 10.9.9.9, 198.51.100.1", "198.51.100.1"),
            ("6.6.6.6,198.51.100.1 , 10.2.0.1,10.1.0.1", "198.51.100.1"),
            ("not-an-address, 198.51.100.1", "198.51.100.1"),
            ("198.51.100.1:4711", "198.51.100.1"),
            ("[2001:dead::7]:443, 2001:db8::2", "2001:dead::7"),
            ("2001:dead::7", "2001:dead::7"),
            ("[2001:dead::7]", "2001:dead::7"),
            ("::ffff:198.51.100.1", "198.51.100.1"),
            // All of them are ours: the furthest asked.
            ("10.3.0.1, 10.2.0.1", "10.3.0.1"),
            ("", "10.1.1.1"),
        ] {
            assert_eq!(
                asked(&on, "10.1.1.1", &[(XFF, value)]).as_deref(),
                Ok(expected),
                "{value}"
            );
        }
        assert_eq!(
            asked(&on, "::ffff:10.1.1.1", &[(XFF, "198.51.100.1")]).unwrap(),
            "198.51.100.1"
        );
        assert_eq!(asked(&on, "10.1.1.1", &[]).unwrap(), "10.1.1.1");
        let lines = [(XFF, "6.6.6.6"), (XFF, "198.51.100.1"), (XFF, "10.2.0.1")];
        assert_eq!(asked(&on, "10.1.1.1", &lines).unwrap(), "198.51.100.1");
    }

    #[test]
    fn only_the_header_that_the_settings_name_is_read() {
        let on = settings(&["10.0.0.0/8"], ProxyHeader::XForwardedFor);
        let lines = [("forwarded", "for=6.6.6.6"), (XFF, "198.51.100.1")];
        assert_eq!(asked(&on, "10.1.1.1", &lines).unwrap(), "198.51.100.1");
        let other = settings(&["10.0.0.0/8"], ProxyHeader::Forwarded);
        assert_eq!(asked(&other, "10.1.1.1", &lines).unwrap(), "6.6.6.6");
    }

    #[test]
    fn the_standard_header_is_read_with_its_quotes_and_parameters() {
        let on = settings(&["10.0.0.0/8"], ProxyHeader::Forwarded);
        for (value, expected) in [
            ("for=198.51.100.1", Ok("198.51.100.1")),
            (
                "For=\"198.51.100.1:4711\";proto=https;by=10.1.1.1",
                Ok("198.51.100.1"),
            ),
            ("for=\"[2001:db8:cafe::17]:4711\"", Ok("2001:db8:cafe::17")),
            (
                "for=6.6.6.6, for=198.51.100.1;host=\"a,b;c\", for=10.2.0.1",
                Ok("198.51.100.1"),
            ),
            ("for=unknown", Err(Unreadable)),
            ("for=_hidden", Err(Unreadable)),
            ("proto=https", Err(Unreadable)),
            ("for=1.2.3.4;for=5.6.7.8", Err(Unreadable)),
            ("nonsense", Err(Unreadable)),
            // A quote that the caller left open must not swallow what the proxy wrote.
            ("for=\"6.6.6.6, for=198.51.100.1", Err(Unreadable)),
            ("", Ok("10.1.1.1")),
        ] {
            let found = asked(&on, "10.1.1.1", &[("forwarded", value)]);
            assert_eq!(found, expected.map(str::to_owned), "{value}");
        }
    }

    #[test]
    fn what_a_trusted_proxy_garbles_is_refused() {
        let on = settings(&["10.0.0.0/8"], ProxyHeader::XForwardedFor);
        for value in [
            "unknown",
            "198.51.100.1, garbage",
            "fe80::1%eth0",
            "1.2.3",
            "[1.2.3.4]",
            "\u{e9}",
        ] {
            assert_eq!(
                asked(&on, "10.1.1.1", &[(XFF, value)]),
                Err(Unreadable),
                "{value}"
            );
        }
    }

    proptest! {
        #[test]
        fn whatever_the_caller_writes_before_it_the_proxy_s_word_counts(noise in "[ -~]{0,60}") {
            let on = settings(&["10.0.0.0/8"], ProxyHeader::XForwardedFor);
            let value = format!("{noise}, 198.51.100.1");
            prop_assert_eq!(asked(&on, "10.1.1.1", &[(XFF, &value)]).unwrap(), "198.51.100.1");
            let standard = settings(&["10.0.0.0/8"], ProxyHeader::Forwarded);
            let value = format!("{noise}, for=198.51.100.1");
            let found = asked(&standard, "10.1.1.1", &[("forwarded", &value)]);
            prop_assert!(found == Err(Unreadable) || found.as_deref() == Ok("198.51.100.1"), "{:?}", found);
        }
    }
}
