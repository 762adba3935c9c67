//! What a response means: a sealed reply, a refusal, an HTTP error, or nothing we understand.

use super::exchange::Headers;
use super::transport::{Begun, Failure};
use super::{ClientError, inert};
use crate::model::{Endpoint, Profile, Timestamp};
use crate::protocol::{Code, HeldCredential, Reply, open_reply, open_reply_to_hand_on};
use http_body_util::BodyExt;
use hyper::body::Body;
use hyper::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use serde_json::Value;
use std::error::Error;

/// Statuses under which a sealed reply may travel (DESIGN section 3.7).
const SEALED_STATUSES: [u16; 7] = [200, 400, 403, 429, 502, 504, 508];

/// A response, as far as it was read.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// The headers.
    pub headers: Headers,
}

impl Answer {
    /// A response of which nothing but its head was read.
    pub fn begun(response: &mut Begun) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: Headers(std::mem::take(response.headers_mut())),
            body: Vec::new(),
        }
    }

    fn media_type(&self) -> String {
        let value = self
            .headers
            .0
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let essence = value
            .and_then(|value| value.split(';').next())
            .unwrap_or_default();
        essence.trim().to_ascii_lowercase()
    }

    /// An unsealed error (RFC 9457, or the original system's).
    fn problem(&self) -> Option<Value> {
        let media_type = self.media_type();
        if media_type != "application/json" && !media_type.ends_with("+json") {
            return None;
        }
        serde_json::from_slice(&self.body).ok()
    }

    /// Whether an unsealed error says that nobody knows how the call ended.
    fn is_withheld(&self) -> bool {
        let code = self
            .problem()
            .and_then(|problem| problem.get("code")?.as_str().map(Code::parse));
        code == Some(Some(Code::OutcomeUnknown))
    }

    /// What an unsealed error says: RFC 9457 `detail` or `title`, or the original system's `message`.
    pub fn detail(&self) -> Option<String> {
        let problem = self.problem()?;
        ["detail", "title", "message"]
            .into_iter()
            .filter_map(|name| problem.get(name)?.as_str())
            .map(inert)
            .find(|text| !text.is_empty())
    }

    /// Whether the body claims to be sealed. Original instances label what they seal in several ways,
    /// so for them anything counts that is not evidently something else.
    fn looks_sealed(&self, profile: Profile) -> bool {
        if self.status == 200 {
            return true;
        }
        let media_type = self.media_type();
        match profile {
            Profile::Native => media_type == Profile::Native.content_type(),
            Profile::Legacy => !media_type.ends_with("json") && !media_type.ends_with("html"),
        }
    }
}

/// Reads a response to its end, refusing one that is too large as soon as that is known.
pub async fn read(endpoint: &Endpoint, mut response: Begun, limit: usize) -> Result<Answer, ClientError> {
    let mut answer = Answer::begun(&mut response);
    read_body(endpoint, response, limit, &mut answer.body).await?;
    Ok(answer)
}

/// Reads what follows a response's head. What came is in `body`, even if that ends in an error.
pub async fn read_body(
    endpoint: &Endpoint,
    mut response: Begun,
    limit: usize,
    body: &mut Vec<u8>,
) -> Result<(), ClientError> {
    let too_large = || ClientError::TooLarge {
        endpoint: endpoint.as_str().to_owned(),
        limit,
    };
    let announced = response.body().size_hint().lower();
    if announced > limit as u64 {
        return Err(too_large());
    }
    while let Some(frame) = response.frame().await {
        let frame = frame.map_err(|error| broken_off(endpoint, &error, true))?;
        let Ok(chunk) = frame.into_data() else { continue };
        if chunk.len() > limit - body.len() {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(())
}

/// The sealed reply in a response to the request with this `jti`, or what the response is instead. Where the reply is to
/// be handed on, its result stays text.
pub fn open(
    credential: &HeldCredential,
    jti: &str,
    answer: &Answer,
    hands_on: bool,
) -> Result<Reply, ClientError> {
    let endpoint_text = || credential.endpoint.as_str().to_owned();
    if answer.status == 401 {
        let endpoint = endpoint_text();
        return Err(match answer.is_withheld() {
            true => ClientError::Withheld { endpoint },
            false => ClientError::Refused {
                endpoint,
                hint: answer.detail(),
            },
        });
    }
    if !SEALED_STATUSES.contains(&answer.status) || !answer.looks_sealed(credential.profile()) {
        return Err(ClientError::Http {
            endpoint: endpoint_text(),
            status: answer.status,
            detail: answer.detail(),
            retry_after: retry_after(&answer.headers.0, Timestamp::now()),
        });
    }
    let opened = match hands_on {
        true => open_reply_to_hand_on(credential, jti, &answer.body),
        false => open_reply(credential, jti, &answer.body),
    };
    opened.map_err(|source| ClientError::Garbage {
        endpoint: endpoint_text(),
        source,
    })
}

/// Seconds from now; the header has these, or the moment (RFC 9110, 10.2.3).
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<u64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let at = Timestamp::parse_http_date(text)?;
    Some(u64::try_from(at.as_seconds() - now.as_seconds()).unwrap_or(0))
}

/// What it comes to that a request got no response.
pub fn unanswered(endpoint: &Endpoint, failure: &Failure) -> ClientError {
    match failure {
        Failure::Unconnected(error) => broken_off(endpoint, &**error, false),
        Failure::Unanswered(error) => broken_off(endpoint, error, true),
    }
}

/// What a failure of the HTTP library comes to; `connected` where there was a connection.
fn broken_off(endpoint: &Endpoint, error: &(dyn Error + 'static), connected: bool) -> ClientError {
    let endpoint = endpoint.as_str().to_owned();
    let causes = causes(error);
    let certificate = causes.iter().find_map(|cause| {
        let error = cause.downcast_ref::<rustls::Error>()?;
        is_about_certificate(error).then(|| certificate_cause(error))
    });
    if let Some(cause) = certificate {
        return ClientError::Tls { endpoint, cause };
    }
    let http = causes
        .iter()
        .find_map(|cause| cause.downcast_ref::<hyper::Error>());
    if let Some(error) = http.filter(|error| error.is_parse()) {
        let cause = match error.is_parse_too_large() {
            true => "its head is too long, or has more than 100 headers",
            false => "it is not what a response looks like",
        };
        return ClientError::NotHttp { endpoint, cause };
    }
    let innermost = causes.last().map(|cause| cause.to_string()).unwrap_or_default();
    ClientError::Unreachable {
        endpoint,
        cause: inert(&innermost),
        sent: connected && !http.is_some_and(hyper::Error::is_canceled),
    }
}

fn is_about_certificate(error: &rustls::Error) -> bool {
    matches!(
        error,
        rustls::Error::InvalidCertificate(_)
            | rustls::Error::General(_)
            | rustls::Error::NoCertificatesPresented
            | rustls::Error::UnsupportedNameType
    )
}

fn certificate_cause(error: &rustls::Error) -> String {
    match error {
        rustls::Error::General(reason) => inert(reason),
        other => inert(&other.to_string()),
    }
}

/// The error and everything behind it. An I/O error hides what it wraps from `source`, so it is asked.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let mut causes: Vec<&(dyn Error + 'static)> = vec![error];
    let mut current = error;
    loop {
        let wrapped = current
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
            .map(|inner| inner as &(dyn Error + 'static));
        let Some(next) = wrapped.or_else(|| current.source()) else {
            return causes;
        };
        causes.push(next);
        current = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_to_come_again_is_said_in_seconds_or_as_a_moment() {
        let now = Timestamp::parse("1994-11-06T08:49:30Z").unwrap();
        let told = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(told("7"), Some(7));
        assert_eq!(told("Sun, 06 Nov 1994 08:49:37 GMT"), Some(7));
        assert_eq!(told("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0));
        assert_eq!(told("soon"), None);
    }
}
