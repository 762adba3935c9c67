//! An instance of which nothing is known but an address: before a one-time code was exchanged there is no
//! credential to call it with and no key to expect.
//!
//! Nothing that is said here is believed because of TLS: the code decides who is at the other end, and the key
//! that was seen is compared with the pins of the bundle that comes out of it.

use super::response::{self, Answer};
use super::transport::{self, Transport};
use super::{Client, ClientError, tls};
use crate::model::Endpoint;
use crate::protocol::{DISCOVERY_PATH, Discovery, Spki};
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// Attempts for one message, where the connection breaks off or the answer is lost.
const ATTEMPTS: usize = 3;

/// A conversation with an instance that is not known yet.
pub struct Stranger {
    endpoint: Endpoint,
    transport: Transport,
    seen: Arc<Mutex<Option<Spki>>>,
}

impl Client {
    /// Begins a conversation with whoever answers at `endpoint`. Its TLS key is noted, not judged.
    pub fn stranger(&self, endpoint: &Endpoint) -> Result<Stranger, ClientError> {
        self.check_transport(endpoint)?;
        let seen = Arc::default();
        Ok(Stranger {
            transport: Transport::new(tls::noting_the_key(Arc::clone(&seen))),
            endpoint: endpoint.clone(),
            seen,
        })
    }
}

impl Stranger {
    /// What it says of itself; none if it is no instance of this kind.
    pub async fn discovery(&self, deadline_ms: i64) -> Result<Option<Discovery>, ClientError> {
        let url = self.endpoint.sibling(DISCOVERY_PATH);
        let answer = self.again(&url, deadline_ms, || transport::get(&url)).await?;
        if answer.status != 200 {
            return Ok(None);
        }
        Ok(serde_json::from_slice(&answer.body).ok())
    }

    /// Posts a message and reads what is answered. A lost answer is asked for again with the very same message,
    /// so only messages that may be repeated belong here.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        message: &(impl Serialize + Sync),
        deadline_ms: i64,
    ) -> Result<T, ClientError> {
        let url = self.endpoint.sibling(path);
        let body = serde_json::to_string(message).expect("a message has only string keys");
        let answer = self
            .again(&url, deadline_ms, || {
                let posted =
                    transport::post(&url).header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                transport::with(posted, body.clone())
            })
            .await?;
        let refused = |detail| ClientError::Http {
            endpoint: self.endpoint.as_str().to_owned(),
            status: answer.status,
            detail,
            retry_after: None,
        };
        if answer.status != 200 {
            return Err(refused(answer.detail()));
        }
        serde_json::from_slice(&answer.body)
            .map_err(|_| refused(Some("the answer is not a handshake message".to_owned())))
    }

    /// The TLS key that it showed, if it speaks TLS and was spoken to.
    pub fn key(&self) -> Option<Spki> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn again(
        &self,
        url: &Url,
        deadline_ms: i64,
        request: impl Fn() -> Request<Full<Bytes>>,
    ) -> Result<Answer, ClientError> {
        for _ in 1..ATTEMPTS {
            match self.answered(url, request(), deadline_ms).await {
                Err(ClientError::Unreachable { sent: true, .. }) => {}
                outcome => return outcome,
            }
        }
        self.answered(url, request(), deadline_ms).await
    }

    async fn answered(
        &self,
        url: &Url,
        request: Request<Full<Bytes>>,
        deadline_ms: i64,
    ) -> Result<Answer, ClientError> {
        let endpoint = &self.endpoint;
        let call = async {
            let response = self.transport.send(url, request).await;
            let response = response.map_err(|error| response::unanswered(endpoint, &error))?;
            response::read(endpoint, response, LONGEST_ANSWER).await
        };
        super::http::within_deadline(endpoint, deadline_ms, call).await
    }
}

/// The largest answer that is read of somebody unknown, in bytes.
const LONGEST_ANSWER: usize = 512 * 1024;
