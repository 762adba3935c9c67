//! Reading a request's body: bounded in size, in time and in what it may be.

use http_body_util::BodyExt;
use hyper::StatusCode;
use hyper::body::{Body, Bytes, Incoming};
use std::time::Duration;

/// Longest body, in bytes.
pub const LONGEST: usize = 1 << 20;
/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much of a body that is too long is read and thrown away, so that its sender hears why.
const MOST_DISCARDED: usize = 8 << 20;
/// How long such a sender may be quiet, waiting perhaps to be told whether it may send at all.
const QUIET: Duration = Duration::from_secs(1);

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyError {
    /// Longer than it may be.
    TooLong,
    /// Not here in time.
    TooSlow,
    /// The connection broke, or the framing is wrong.
    Broken,
}

impl BodyError {
    /// How it is told: the status, the stable word for the trail, and the detail, `most` saying how long a body may be.
    pub(super) const fn told(self, most: &'static str) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_long", most),
            Self::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "body_too_slow",
                "the body did not arrive within 10 s",
            ),
            Self::Broken => (
                StatusCode::BAD_REQUEST,
                "body_broken",
                "the body is not framed as HTTP wants it",
            ),
        }
    }
}

/// The whole body of a call.
pub(super) async fn read(body: Incoming) -> Result<Bytes, BodyError> {
    read_at_most(body, LONGEST).await
}

/// The whole body, of so many bytes at most.
pub(super) async fn read_at_most(body: Incoming, longest: usize) -> Result<Bytes, BodyError> {
    tokio::time::timeout(PATIENCE, read_bounded(body, longest))
        .await
        .map_err(|_| BodyError::TooSlow)?
}

async fn read_bounded(mut body: Incoming, longest: usize) -> Result<Bytes, BodyError> {
    if body.size_hint().lower() > longest as u64 {
        discard(body, 0).await;
        return Err(BodyError::TooLong);
    }
    let Some(first) = next(&mut body).await? else {
        return Ok(Bytes::new());
    };
    if body.is_end_stream() && first.len() <= longest {
        return Ok(first);
    }
    let mut whole = Vec::with_capacity(first.len() * 2);
    whole.extend_from_slice(&first);
    while let Some(chunk) = next(&mut body).await? {
        if whole.len() + chunk.len() > longest {
            drop(chunk);
            discard(body, whole.len()).await;
            return Err(BodyError::TooLong);
        }
        whole.extend_from_slice(&chunk);
    }
    if whole.len() > longest {
        return Err(BodyError::TooLong);
    }
    Ok(whole.into())
}

/// The next piece of data; none at the end.
async fn next(body: &mut Incoming) -> Result<Option<Bytes>, BodyError> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyError::Broken)?;
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

/// Reads on for a while and keeps nothing: closing with unread data would reset the connection, and
/// the sender would never see the answer.
async fn discard(mut body: Incoming, read: usize) {
    let mut read = read;
    while read < MOST_DISCARDED {
        match tokio::time::timeout(QUIET, next(&mut body)).await {
            Ok(Ok(Some(chunk))) => read += chunk.len(),
            Ok(Ok(None) | Err(_)) | Err(_) => return,
        }
    }
}
