//! Whether the process that has an instance's lock still serves it. A process that is frozen keeps its lock, and its system
//! goes on taking connections for it: only an answer tells. Never waits long, and asks for nothing that goes on record.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long is waited for a connection, and for the first byte of an answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Bytes of an answer up to its status: `HTTP/1.1 200`.
const STATUS: u64 = 12;

/// What was felt.
#[derive(Debug)]
pub(super) enum Pulse {
    /// It answers: whatever it says, and be it that it closes the connection.
    Answers,
    /// The system stopped the process, and has not let it go on.
    Frozen,
    /// Nothing comes within [`PATIENCE`].
    Silent,
    /// Nothing listens there, as the system says.
    NotListening(std::io::Error),
}

impl Pulse {
    /// Of a process that should be listening at an address.
    pub(super) fn of(pid: u32, listen: SocketAddr) -> Self {
        if is_stopped(pid) {
            return Self::Frozen;
        }
        Self::at(listen, PATIENCE)
    }

    fn at(listen: SocketAddr, patience: Duration) -> Self {
        ask(listen, "/health", patience).map_or_else(|pulse| pulse, |_| Self::Answers)
    }
}

/// Whether a process that should be listening at an address takes calls: it answers, and does not say that it is not ready
/// for any, as one that is ending does.
pub(super) fn takes_calls(pid: u32, listen: SocketAddr) -> bool {
    !is_stopped(pid) && ask(listen, "/ready", PATIENCE).is_ok_and(|status| !status.ends_with(b" 503"))
}

/// The first bytes of an answer, up to its status; none of one that hung up.
fn ask(listen: SocketAddr, path: &str, patience: Duration) -> Result<Vec<u8>, Pulse> {
    let place = dialled(listen);
    let mut stream = TcpStream::connect_timeout(&place, patience).map_err(|error| match is_late(&error) {
        true => Pulse::Silent,
        false => Pulse::NotListening(error),
    })?;
    // To one that speaks TLS this is nonsense, at which it hangs up: that too is an answer.
    let question = format!("GET {path} HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n\r\n");
    let mut status = Vec::new();
    let asked = stream
        .set_read_timeout(Some(patience))
        .and_then(|()| stream.write_all(question.as_bytes()))
        .and_then(|()| stream.take(STATUS).read_to_end(&mut status));
    match asked {
        Err(error) if is_late(&error) => Err(Pulse::Silent),
        _ => Ok(status),
    }
}

fn is_late(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock)
}

/// Where something that listens there is reached from here.
fn dialled(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// Whether a process was stopped by a signal or a debugger, where the system tells (Linux, proc(5)).
fn is_stopped(pid: u32) -> bool {
    let told = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name of the program stands in brackets and may hold anything.
    let state = told.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
    matches!(state, Some('T' | 't'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    const SHORT: Duration = Duration::from_millis(50);

    #[test]
    fn only_what_answers_is_alive() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let place = silent.local_addr().unwrap();
        assert!(matches!(Pulse::at(place, SHORT), Pulse::Silent));
        drop(silent);
        assert!(matches!(Pulse::at(place, SHORT), Pulse::NotListening(_)));
        assert!(!is_stopped(std::process::id()));
    }

    #[test]
    fn one_that_is_ending_takes_no_calls() {
        for (status, takes) in [("200 OK", true), ("503 Service Unavailable", false)] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let place = listener.local_addr().unwrap();
            let other = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let _ = stream.read(&mut [0; 512]).unwrap();
                stream
                    .write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes())
                    .unwrap();
            });
            assert_eq!(takes_calls(std::process::id(), place), takes, "{status}");
            other.join().unwrap();
            assert!(!takes_calls(std::process::id(), place), "nobody listens");
        }
    }

    #[test]
    fn one_that_hangs_up_is_alive() {
        let hanging_up = TcpListener::bind("0.0.0.0:0").unwrap();
        let place = hanging_up.local_addr().unwrap();
        let other = std::thread::spawn(move || drop(hanging_up.accept().unwrap()));
        assert!(matches!(Pulse::at(place, PATIENCE), Pulse::Answers));
        other.join().unwrap();
    }
}
