//! Which connections serve which endpoint: one for plain HTTP, one for the system's authorities,
//! one for each set of pins. Each is built when it is first needed and keeps its connections alive.

use super::ClientError;
use super::tls;
use super::transport::Transport;
use crate::model::Endpoint;
use crate::protocol::Spki;
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use tokio::sync::OnceCell;

/// How a client behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientSettings {
    /// Whether plain HTTP may go to addresses that are not loopback.
    pub plain_http_anywhere: bool,
    /// The largest response that is read, in bytes.
    pub response_limit: usize,
    /// Whether replies are handed on rather than looked at: their results stay text then, and those of strangers do not
    /// take many times their size of memory.
    pub hands_on: bool,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            plain_http_anywhere: false,
            response_limit: 128 * 1024 * 1024,
            hands_on: false,
        }
    }
}

/// Connections by what they trust.
#[derive(Default)]
pub struct Connections {
    plain: OnceLock<Transport>,
    authorities: OnceCell<Transport>,
    pinned: Mutex<HashMap<Vec<String>, Transport>>,
}

impl Connections {
    /// The connections for an endpoint whose key must be one of `pins`, if there are any.
    pub async fn to(&self, endpoint: &Endpoint, pins: &[Spki]) -> Result<Transport, ClientError> {
        if !endpoint.is_tls() {
            return Ok(self
                .plain
                .get_or_init(|| Transport::new(tls::trusting_nobody()))
                .clone());
        }
        if !pins.is_empty() {
            return Ok(self.pinned(pins));
        }
        let client = self.authorities.get_or_try_init(build_for_authorities).await;
        client.cloned().map_err(|cause| ClientError::Tls {
            endpoint: endpoint.as_str().to_owned(),
            cause,
        })
    }

    fn pinned(&self, pins: &[Spki]) -> Transport {
        let mut key: Vec<String> = pins.iter().map(|pin| pin.0.clone()).collect();
        key.sort_unstable();
        key.dedup();
        let mut pinned = self.pinned.lock().unwrap_or_else(PoisonError::into_inner);
        pinned
            .entry(key)
            .or_insert_with(|| Transport::new(tls::trusting_pins(pins.to_vec())))
            .clone()
    }
}

/// Reads the system's certificates off the asynchronous threads: there may be hundreds of files.
async fn build_for_authorities() -> Result<Transport, String> {
    let config = tokio::task::spawn_blocking(tls::trusting_the_system)
        .await
        .map_err(|error| error.to_string())?
        .map_err(|error| format!("the system's certificate authorities cannot be read ({error})"))?;
    Ok(Transport::new(config))
}
