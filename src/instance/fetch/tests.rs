use super::*;
use ipnet::IpNet;
use std::net::TcpListener as StdListener;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const PATIENCE: Duration = Duration::from_secs(10);
const LARGEST: usize = 256 * 1024;

fn policy(allowed: &[IpNet]) -> FetchPolicy<'_> {
    FetchPolicy {
        allowed,
        largest: LARGEST,
        longest: PATIENCE,
    }
}

/// Loopback, in both families: what a name such as `localhost` stands for.
fn loopback() -> Vec<IpNet> {
    vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]
}

/// Answers one request with `response`; gives the port, and the request's text once it was made.
async fn server(response: impl Into<Vec<u8>>) -> (u16, tokio::task::JoinHandle<String>) {
    let response = response.into();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut buffer = [0; 1024];
            let read = stream.read(&mut buffer).await.unwrap();
            assert_ne!(read, 0, "the request ends with an empty line");
            request.extend_from_slice(&buffer[..read]);
        }
        // A client that has seen enough hangs up in the middle of a large answer.
        let _ = stream.write_all(&response).await;
        String::from_utf8(request).unwrap()
    });
    (port, served)
}

fn response(status: &str, content_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

async fn fetch(url: &str, allowed: &[IpNet]) -> Result<Fetched, Problem> {
    get(&Url::parse(url).unwrap(), None, &policy(allowed), PATIENCE).await
}

fn reason(fetched: Fetched) -> String {
    match fetched {
        Fetched::Unavailable(reason) => reason,
        Fetched::Data(data) => panic!("unexpected data: {data}"),
    }
}

#[tokio::test]
async fn json_is_fetched_with_a_plain_get() {
    let (port, served) = server(response("200 OK", "application/json", r#"{"celsius": 21}"#)).await;
    let fetched = fetch(&format!("http://127.0.0.1:{port}/now?unit=c"), &loopback()).await;
    assert_eq!(fetched.unwrap(), Fetched::Data(json!({"data": {"celsius": 21}})));
    let request = served.await.unwrap().to_ascii_lowercase();
    assert!(request.starts_with("get /now?unit=c http/1.1\r\n"), "{request}");
    assert!(request.contains("accept-encoding: identity"), "{request}");
    assert!(!request.contains("authorization"), "{request}");
}

#[tokio::test]
async fn a_credential_pointer_s_authorization_takes_the_place_of_the_url_s() {
    for (header, count) in [("Authorization", 1), ("X-Api-Key", 1)] {
        let (port, served) = server(response("200 OK", "application/json", "{}")).await;
        let url = Url::parse(&format!("http://u:p@127.0.0.1:{port}/now")).unwrap();
        let header = FetchHeader::new(header, "Bearer T2", Vec::new()).unwrap();
        let fetched = get(&url, Some(&header), &policy(&loopback()), PATIENCE).await;
        assert!(matches!(fetched, Ok(Fetched::Data(_))));
        let request = served.await.unwrap().to_ascii_lowercase();
        assert_eq!(request.matches("\r\nauthorization:").count(), count, "{request}");
        assert!(request.contains("bearer t2"), "{request}");
    }
}

#[tokio::test]
async fn a_name_is_dialled_at_the_address_that_was_checked() {
    let (port, served) = server(response("200 OK", "text/plain", "hello")).await;
    let fetched = fetch(&format!("http://localhost:{port}/"), &loopback())
        .await
        .unwrap();
    let expected = json!({"data": "aGVsbG8=", "content_type": "text/plain", "encoding": "base64"});
    assert_eq!(fetched, Fetched::Data(expected));
    let request = served.await.unwrap().to_ascii_lowercase();
    assert!(request.contains(&format!("host: localhost:{port}")), "{request}");
}

#[tokio::test]
async fn threat_51_addresses_that_are_not_allowed_are_not_contacted() {
    let listener = StdListener::bind("0.0.0.0:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "2130706433",
        "0177.0.0.1",
        "0.0.0.0",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "localhost",
        "169.254.169.254",
        "[64:ff9b::7f00:1]",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
    ] {
        let refused = fetch(&format!("http://{host}:{port}/latest/meta-data"), &[]).await;
        assert_eq!(refused.unwrap_err().code, Code::FetchRefused, "{host}");
    }
    let contacted = listener.accept().map(|(_, from)| from);
    assert_eq!(contacted.unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn threat_51_a_range_that_is_allowed_opens_no_other() {
    let refused = fetch("http://10.0.0.1/", &loopback()).await.unwrap_err();
    assert_eq!(refused.code, Code::FetchRefused);
    assert!(refused.message.contains("10.0.0.1:80"), "{}", refused.message);
}

#[tokio::test]
async fn threat_51_a_redirect_is_not_followed() {
    let target = StdListener::bind("127.0.0.1:0").unwrap();
    target.set_nonblocking(true).unwrap();
    let location = format!("http://{}/secret", target.local_addr().unwrap());
    let redirect = format!(
        "HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    let (port, _served) = server(redirect).await;
    let reason = reason(
        fetch(&format!("http://127.0.0.1:{port}/"), &loopback())
            .await
            .unwrap(),
    );
    assert!(reason.contains("redirect (HTTP 302) to 127.0.0.1"), "{reason}");
    let contacted = target.accept().map(|(_, from)| from);
    assert_eq!(contacted.unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn what_cannot_be_had_is_said() {
    let (port, _served) = server(response("404 Not Found", "text/plain", "")).await;
    let missing = fetch(&format!("http://127.0.0.1:{port}/"), &loopback()).await;
    assert!(reason(missing.unwrap()).ends_with("answered HTTP 404"));

    let closed = StdListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let unreachable = fetch(&format!("http://{closed}/?key=hidden"), &loopback()).await;
    let unreachable = reason(unreachable.unwrap());
    assert!(unreachable.contains("cannot be reached"), "{unreachable}");
    assert!(!unreachable.contains("hidden"), "{unreachable}");

    let (port, _served) = server("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").await;
    let broken = fetch(&format!("http://127.0.0.1:{port}/"), &loopback()).await;
    assert!(reason(broken.unwrap()).contains("broke off"));

    let unknown = fetch("http://no-such-host.invalid/", &[]).await;
    assert!(reason(unknown.unwrap()).contains("cannot be resolved"));
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_refused_announced_or_not() {
    let announced = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", LARGEST + 1);
    let (port, _served) = server(announced).await;
    let refused = fetch(&format!("http://127.0.0.1:{port}/"), &loopback()).await;
    assert!(reason(refused.unwrap()).contains("more than"));

    let mut endless = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
    endless.resize(endless.len() + LARGEST + 1, b'x');
    let (port, _served) = server(endless).await;
    let refused = fetch(&format!("http://127.0.0.1:{port}/"), &loopback()).await;
    assert!(reason(refused.unwrap()).contains("more than"));
}

#[tokio::test]
async fn a_server_that_hangs_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let fetched = get(&url, None, &policy(&loopback()), Duration::from_millis(50))
        .await
        .unwrap();
    let reason = reason(fetched);
    assert!(
        reason.contains("was not done answering within 50 ms, when the call's deadline passed"),
        "{reason}"
    );
}
