//! What would travel, worked out without travelling: the steps of a federated call, and the head of a request.

use super::reference::Reference;
use super::routes::{Peers, look, not_federated, passage, peer_of, sealed_before};
use super::transport::{AGENT, ANYTHING, host, target};
use crate::model::{Pointer, Route};
use crate::protocol::{HeldCredential, Problem, Query, SealedRequest};

/// Whom a step goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepTo {
    /// The instance that has the pointer.
    PointersInstance,
    /// The peer that the pointer leads to.
    Peer,
}

/// What a step carries.
pub enum Carried {
    /// A query, to be sealed for this very step.
    Query(Query),
    /// A body that was sealed beforehand.
    Sealed(String),
}

/// One request of a federated call.
pub struct Step {
    /// Whom it goes to.
    pub to: StepTo,
    /// The credential that it is sealed or signed with.
    pub credential: HeldCredential,
    /// What it carries.
    pub carried: Carried,
}

/// The requests that the caller makes for a federated call, in order, if nothing on the way changes the pointer.
pub fn steps(
    via: &HeldCredential,
    pointer: &Pointer,
    route: Option<Route>,
    wanted: Option<&Query>,
    peers: &dyn Peers,
) -> Result<(Route, Vec<Step>), Problem> {
    let reference = Reference::of(pointer).ok_or_else(|| not_federated(pointer))?;
    let route = route.unwrap_or(reference.route);
    let there = |query| Step {
        to: StepTo::PointersInstance,
        credential: via.clone(),
        carried: Carried::Query(query),
    };
    let mut steps = vec![there(look(&pointer.address))];
    if route == Route::Relay {
        steps.push(there(reference.relayed(pointer, via.profile(), wanted)?));
        return Ok((route, steps));
    }
    steps.extend(passage(via.profile(), pointer).map(there));
    let (credential, carried) = if route == Route::Circuit {
        reference.require_own_query(wanted)?;
        let (peer, sealed) = sealed_before(&reference, peers)?;
        (peer, Carried::Sealed(sealed))
    } else {
        let query = reference.asked(wanted)?;
        (peer_of(&reference, route, peers)?, Carried::Query(query))
    };
    steps.push(Step {
        to: StepTo::Peer,
        credential,
        carried,
    });
    Ok((route, steps))
}

/// The request line and the headers of a request, the token masked.
pub fn head(credential: &HeldCredential, request: &SealedRequest) -> (String, Vec<(String, String)>) {
    let url = credential.endpoint.url();
    let header = |name: &str, value: String| (name.to_owned(), value);
    let headers = vec![
        header(
            "authorization",
            format!("Bearer (masked, {} bytes)", request.token.len()),
        ),
        header("content-type", request.content_type.to_owned()),
        header("accept", ANYTHING.to_owned()),
        header("user-agent", AGENT.to_owned()),
        header("host", host(url).to_owned()),
        header("content-length", request.body.len().to_string()),
    ];
    (format!("POST {} HTTP/1.1", target(url)), headers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Client;
    use crate::model::{AppId, Endpoint, InstanceId, KeyId, Timestamp};
    use crate::protocol::{CallContext, seal_query};
    use crate::seal::RootKey;
    use tokio::io::AsyncReadExt;

    #[tokio::test]
    async fn the_head_is_what_really_travels() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let credential = HeldCredential::native(
            AppId::parse("alpha-console").unwrap(),
            Endpoint::parse(&format!("http://127.0.0.1:{port}")).unwrap(),
            InstanceId::parse("inst_0123456789ab").unwrap(),
            KeyId::parse("kid_0123456789abcdef").unwrap(),
            RootKey::from_bytes([7; 32]),
        );
        let now = Timestamp::now();
        let context = CallContext::begin(now, 20);
        let query = Query::new("whoami", serde_json::json!({}));
        let request = seal_query(&credential, &query, &context, now);
        let (line, headers) = head(&credential, &request);
        let length = request.body.len();
        let client = Client::new();
        let sending = client.send(&credential, request, &context);
        let hearing = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut heard = Vec::new();
            let is_whole = |heard: &[u8]| {
                let heard = String::from_utf8_lossy(heard);
                heard
                    .split_once("\r\n\r\n")
                    .is_some_and(|(_, body)| body.len() == length)
            };
            while !is_whole(&heard) {
                assert!(stream.read_buf(&mut heard).await.unwrap() > 0);
            }
            String::from_utf8(heard).unwrap()
        };
        let (_, heard) = tokio::join!(sending, hearing);
        let (top, _) = heard.split_once("\r\n\r\n").unwrap();
        let mut lines = top.lines();
        assert_eq!(lines.next(), Some(line.as_str()));
        let mut travelled: Vec<(String, String)> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        for (name, value) in &mut travelled {
            if name == "authorization" {
                let token = value.strip_prefix("Bearer ").unwrap().len();
                *value = format!("Bearer (masked, {token} bytes)");
            }
        }
        travelled.sort();
        let mut told = headers;
        told.sort();
        assert_eq!(travelled, told);
    }
}
