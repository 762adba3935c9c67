//! Fetching what a pointer refers to: the one place where this instance opens a connection that the
//! author of a pointer chose, and the one policy for it.
//!
//! Files, only below folders that the administrator named: `files`. Otherwise only GET over `http` and `https`. A name is resolved once, every address found must be allowed, and
//! exactly those are dialled; no proxy, no redirect, no second look at the name. The URL is read as
//! browsers read it, so that `0x7f.1` is seen for what it is. Size and time are bounded.

mod address;
mod content;
mod files;
mod policy;

use super::fetch_header::FetchHeader;
use crate::protocol::{Code, Problem};
pub use files::file;
pub use policy::FetchPolicy;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::AUTHORIZATION;
use rustls::ClientConfig;
use serde_json::{Value, json};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;
use url::{Host, Url};

/// What a fetch came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Fetched {
    /// The result of the invoke.
    Data(Value),
    /// The data cannot be had, and why.
    Unavailable(String),
}

/// Fetches a URL within `patience`, if the policy allows it; an address that it does not allow is never contacted.
pub async fn get(
    url: &Url,
    header: Option<&FetchHeader>,
    policy: &FetchPolicy<'_>,
    patience: Duration,
) -> Result<Fetched, Problem> {
    let getting = get_unbounded(url, header, policy);
    match tokio::time::timeout(patience.min(policy.longest), getting).await {
        Ok(fetched) => fetched,
        Err(_) => {
            let what = format!("{} was not done answering", place(url));
            Ok(Fetched::Unavailable(not_done(&what, patience, policy)))
        }
    }
}

/// That something took longer than is waited for.
fn not_done(what: &str, patience: Duration, policy: &FetchPolicy<'_>) -> String {
    let waited = patience.min(policy.longest);
    let why = if waited == policy.longest {
        " (the instance's administrator can allow more with fetch_seconds in instance.toml)"
    } else {
        ", when the call's deadline passed"
    };
    format!("{what} within {} ms{why}", waited.as_millis())
}

async fn get_unbounded(
    url: &Url,
    header: Option<&FetchHeader>,
    policy: &FetchPolicy<'_>,
) -> Result<Fetched, Problem> {
    let addresses = match resolve(url).await {
        Ok(addresses) => addresses,
        Err(cause) => return Ok(Fetched::Unavailable(cause)),
    };
    for address in &addresses {
        if let Some(kind) = address::refusal(address.ip(), policy.allowed) {
            return Err(refused(url, kind));
        }
    }
    let received = match exchange(url, header, addresses, policy.largest).await {
        Ok(received) => received,
        Err(cause) => return Ok(Fetched::Unavailable(cause)),
    };
    Ok(Fetched::Data(received))
}

/// The problem that a place must not be contacted.
fn refused(url: &Url, kind: &str) -> Problem {
    let message = format!(
        "the pointer leads to {}, which has {kind} address; this instance does not contact such addresses \
         (its administrator can allow a range with fetch_allow in instance.toml)",
        place(url)
    );
    Problem::new(Code::FetchRefused, message).with("host", json!(url.host_str()))
}

/// That there is more than this instance gives, after who or what it is about.
fn too_much(verb: &str, largest: usize) -> String {
    format!(
        "{verb} more than {largest} bytes (the instance's administrator can allow more with fetch_largest_mib in instance.toml)"
    )
}

/// Host and port, for messages: path and query may hold what is not for everybody.
fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

async fn resolve(url: &Url) -> Result<Vec<SocketAddr>, String> {
    let nowhere = || format!("{url} names no host and port");
    let host = url.host().ok_or_else(nowhere)?;
    let port = url.port_or_known_default().ok_or_else(nowhere)?;
    let name = match host {
        Host::Ipv4(address) => return Ok(vec![SocketAddr::new(IpAddr::V4(address), port)]),
        Host::Ipv6(address) => return Ok(vec![SocketAddr::new(IpAddr::V6(address), port)]),
        Host::Domain(name) => name,
    };
    let found = tokio::net::lookup_host((name, port)).await;
    let addresses: Vec<SocketAddr> = found
        .map_err(|error| format!("the name {name} cannot be resolved: {error}"))?
        .collect();
    if addresses.is_empty() {
        return Err(format!("the name {name} has no address"));
    }
    Ok(addresses)
}

async fn exchange(
    url: &Url,
    header: Option<&FetchHeader>,
    addresses: Vec<SocketAddr>,
    largest: usize,
) -> Result<Value, String> {
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(trust_for(url).await?)
        .dns_resolver(Arc::new(Only(addresses)))
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .http1_only()
        .user_agent(concat!("butterfly/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| error.to_string())?;
    let header = header.map(FetchHeader::parts);
    let mut asked = url.clone();
    if header.as_ref().is_some_and(|(name, _)| *name == AUTHORIZATION) {
        // One header says who asks, and the credential pointer is the later word; a web address always has room for none.
        let _ = asked.set_username("");
        let _ = asked.set_password(None);
    }
    let mut request = client.get(asked).header("accept-encoding", "identity");
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    let response = request.send().await.map_err(|error| unreachable(url, error))?;
    content::receive(response, largest)
        .await
        .map_err(|cause| format!("{} {cause}", place(url)))
}

/// The innermost cause: reqwest's own words only repeat the URL.
fn unreachable(url: &Url, error: reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    format!("{} cannot be reached: {cause}", place(url))
}

/// What TLS trusts. The system's certificates are read once, when the first `https` pointer is fetched.
async fn trust_for(url: &Url) -> Result<ClientConfig, String> {
    static SYSTEM: OnceCell<ClientConfig> = OnceCell::const_new();
    if url.scheme() != "https" {
        return Ok(crate::client::trusting_nobody());
    }
    let read = || async {
        tokio::task::spawn_blocking(crate::client::trusting_the_system)
            .await
            .map_err(|error| error.to_string())?
            .map_err(|error| format!("the system's certificate authorities cannot be read: {error}"))
    };
    SYSTEM.get_or_try_init(read).await.cloned()
}

/// Knows no names: whatever is asked for, it gives the addresses that were checked.
struct Only(Vec<SocketAddr>);

impl Resolve for Only {
    fn resolve(&self, _name: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.0.clone().into_iter());
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

#[cfg(test)]
mod tests;
