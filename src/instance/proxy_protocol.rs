//! The PROXY protocol: what a proxy that hands connections on, TLS and all, says first of who is behind each of them
//! (<https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt>, versions 1 and 2).
//!
//! Off unless the settings choose it. Then a connection from a trusted proxy must begin with it, because without it
//! nobody could tell who calls; on one from anybody else it is not looked for, and what looks like it is no HTTP.

use super::settings::{ProxyHeader, Settings};
use proxy_header::{ParseConfig, ProxyHeader as Preamble};
use std::io::{self, ErrorKind};
use std::net::IpAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};

/// How long the proxy may take to say it: it knows it when it connects.
const PATIENCE: Duration = Duration::from_secs(5);
/// What version 2 begins with.
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// The same with command, family and length.
const FIXED: usize = 16;
/// Longest line of version 1, its end included.
const LONGEST_LINE: usize = 107;
/// Longest that version 2 may be here: addresses, and what else a proxy may like to tell.
const LONGEST: usize = 1_024;

/// Whether a connection from this address must begin with it.
pub(super) fn is_expected(settings: &Settings, peer: IpAddr) -> bool {
    settings.proxy_header == ProxyHeader::ProxyProtocol && settings.trusts(peer)
}

/// The address that a connection counts as coming from. Reads nothing where nothing is to be read.
pub(super) async fn caller<S: AsyncRead + Unpin>(
    settings: &Settings,
    peer: IpAddr,
    stream: &mut S,
) -> io::Result<IpAddr> {
    if !is_expected(settings, peer) {
        return Ok(peer);
    }
    let told = tokio::time::timeout(PATIENCE, read(stream)).await;
    let told = told.map_err(|_| io::Error::from(ErrorKind::TimedOut))??;
    // A proxy that calls for itself (a health check, say) names nobody.
    Ok(told.unwrap_or(peer))
}

/// Reads the preamble and not a byte more; whom it names.
async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<Option<IpAddr>> {
    let mut bytes = vec![0; SIGNATURE.len()];
    stream.read_exact(&mut bytes).await?;
    if bytes == SIGNATURE {
        read_binary(stream, &mut bytes).await?;
    } else {
        read_line(stream, &mut bytes).await?;
    }
    let config = ParseConfig {
        include_tlvs: false,
        ..ParseConfig::default()
    };
    let (preamble, length) = Preamble::parse(&bytes, config).map_err(|_| unreadable())?;
    if length != bytes.len() {
        return Err(unreadable());
    }
    let address = preamble.proxied_address();
    Ok(address.map(|address| address.source.ip().to_canonical()))
}

async fn read_binary<S: AsyncRead + Unpin>(stream: &mut S, bytes: &mut Vec<u8>) -> io::Result<()> {
    bytes.resize(FIXED, 0);
    stream.read_exact(&mut bytes[SIGNATURE.len()..]).await?;
    let rest = usize::from(u16::from_be_bytes([bytes[FIXED - 2], bytes[FIXED - 1]]));
    if FIXED + rest > LONGEST {
        return Err(unreadable());
    }
    bytes.resize(FIXED + rest, 0);
    stream.read_exact(&mut bytes[FIXED..]).await?;
    Ok(())
}

/// A byte at a time: what follows the line is not ours.
async fn read_line<S: AsyncRead + Unpin>(stream: &mut S, bytes: &mut Vec<u8>) -> io::Result<()> {
    if !bytes.starts_with(b"PROXY ") {
        return Err(unreadable());
    }
    while !bytes.ends_with(b"\r\n") {
        if bytes.len() == LONGEST_LINE {
            return Err(unreadable());
        }
        bytes.push(stream.read_u8().await?);
    }
    Ok(())
}

fn unreadable() -> io::Error {
    io::Error::new(
        ErrorKind::InvalidData,
        "it does not begin with the PROXY protocol as it should",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BODY: &[u8] = b"POST /invoke HTTP/1.1\r\n";

    /// Whom a preamble names, and what is left to read after it.
    fn told(preamble: &[u8]) -> io::Result<(Option<IpAddr>, Vec<u8>)> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let sent = [preamble, BODY].concat();
            let mut stream = sent.as_slice();
            let told = read(&mut stream).await?;
            Ok((told, stream.to_vec()))
        })
    }

    fn binary(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
        [&SIGNATURE[..], &[0x20 | command, family], &length, rest].concat()
    }

    #[test]
    fn both_versions_name_the_caller_and_leave_the_rest() {
        let four: IpAddr = "203.0.113.7".parse().unwrap();
        let six: IpAddr = "2001:db8::7".parse().unwrap();
        let rest = [
            &[203, 0, 113, 7, 10, 0, 0, 1, 0xc3, 0x50, 0x01, 0xbb][..],
            b"\x04\x00\x02ab",
        ]
        .concat();
        for (preamble, named) in [
            (
                b"PROXY TCP4 203.0.113.7 10.0.0.1 50000 443\r\n".to_vec(),
                Some(four),
            ),
            (
                b"PROXY TCP6 2001:db8::7 2001:db8::1 50000 443\r\n".to_vec(),
                Some(six),
            ),
            (b"PROXY UNKNOWN\r\n".to_vec(), None),
            (b"PROXY UNKNOWN ff:: ff:: 1 2\r\n".to_vec(), None),
            (binary(1, 0x11, &rest), Some(four)),
            (binary(0, 0x00, b""), None),
            (binary(1, 0x00, b""), None),
        ] {
            let (told, left) = told(&preamble).unwrap();
            assert_eq!(told, named, "{}", String::from_utf8_lossy(&preamble));
            assert_eq!(left, BODY);
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        let long = format!("PROXY UNKNOWN {}\r\n", "x".repeat(LONGEST_LINE));
        for preamble in [
            b"".to_vec(),
            b"GET / HTTP/1.1\r\n".to_vec(),
            b"PROXY TCP4 203.0.113.7 10.0.0.1 50000\r\n".to_vec(),
            b"PROXY TCP4 2001:db8::7 10.0.0.1 50000 443\r\n".to_vec(),
            b"proxy TCP4 203.0.113.7 10.0.0.1 50000 443\r\n".to_vec(),
            long.into_bytes(),
            binary(1, 0x11, b"short"),
            binary(7, 0x11, &[0; 12]),
            binary(1, 0x11, &[0; LONGEST]),
        ] {
            assert!(told(&preamble).is_err(), "{}", String::from_utf8_lossy(&preamble));
        }
    }

    proptest! {
        #[test]
        fn nothing_that_anybody_sends_is_read_beyond_its_bounds(bytes in proptest::collection::vec(any::<u8>(), 0..200), binary in any::<bool>()) {
            let preamble = if binary { [&SIGNATURE[..], &bytes].concat() } else { [b"PROXY ", &bytes[..]].concat() };
            if let Ok((_, left)) = told(&preamble) {
                prop_assert!(left.len() >= BODY.len() || preamble.len() + BODY.len() - left.len() <= LONGEST);
            }
        }
    }
}
