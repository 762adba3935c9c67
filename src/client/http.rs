//! Sealed invokes over HTTP.

use super::connections::{ClientSettings, Connections};
use super::progress::Progress;
use super::response::{self, Answer};
use super::timing::{Phases, noting_connection};
use super::{ClientError, Exchange, FailedExchange, transport};
use crate::model::{Endpoint, Timestamp};
use crate::protocol::{
    CallContext, HeldCredential, PhaseName, Query, SealedRequest, Spki, seal_query, send_sealed,
};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use url::Url;

/// Calls instances. Cheap to clone; keeps connections alive per instance.
///
/// Kept-alive connections belong to the runtime that made them: do not share a client between two runtimes.
#[derive(Clone, Default)]
pub struct Client {
    connections: Arc<Connections>,
    settings: ClientSettings,
}

impl Client {
    /// A client with no connection yet. Reads no certificates until the first `https` endpoint is called.
    pub fn new() -> Self {
        Self::default()
    }

    /// A client that may also use plain HTTP beyond loopback: for set-ups that said `--insecure-http`.
    pub fn allowing_plain_http() -> Self {
        Self::with_settings(ClientSettings {
            plain_http_anywhere: true,
            ..ClientSettings::default()
        })
    }

    /// A client with settings of one's own.
    pub fn with_settings(settings: ClientSettings) -> Self {
        Self {
            connections: Arc::default(),
            settings,
        }
    }

    /// A client with the same settings and no connection yet: for another runtime.
    pub fn apart(&self) -> Self {
        Self::with_settings(self.settings)
    }

    /// The same client, over the same connections, for replies of which it is known that they are small.
    pub fn taking_at_most(&self, response_limit: usize) -> Self {
        let mut smaller = self.clone();
        smaller.settings.response_limit = response_limit.min(self.settings.response_limit);
        smaller
    }

    /// Seals the query, calls, opens the reply. The context's deadline bounds the whole.
    ///
    /// Dropping the future closes the connection; the instance may have executed the query all the same.
    pub async fn invoke(
        &self,
        credential: &HeldCredential,
        query: &Query,
        context: &CallContext,
    ) -> Result<Exchange, ClientError> {
        let attempted = self.attempt(credential, query, context).await;
        attempted.map_err(|failed| failed.error)
    }

    /// The same, telling of an invoke that failed how far it came.
    pub async fn attempt(
        &self,
        credential: &HeldCredential,
        query: &Query,
        context: &CallContext,
    ) -> Result<Exchange, Box<FailedExchange>> {
        self.attempt_telling(credential, query, context, &AtomicBool::new(false))
            .await
    }

    /// The same, telling also whoever gives it up in the middle whether the instance may know of it: that is noted in
    /// `sent` when the attempt is dropped.
    pub async fn attempt_telling(
        &self,
        credential: &HeldCredential,
        query: &Query,
        context: &CallContext,
        sent: &AtomicBool,
    ) -> Result<Exchange, Box<FailedExchange>> {
        let mut phases = Phases::start();
        let request = seal_query(credential, query, context, Timestamp::now());
        phases.lap(PhaseName::Seal);
        self.exchange(credential, request, context, (phases, sent)).await
    }

    /// Calls with a body that was sealed before (route *circuit*), under a fresh token.
    pub async fn invoke_sealed(
        &self,
        credential: &HeldCredential,
        body: String,
        context: &CallContext,
    ) -> Result<Exchange, ClientError> {
        let attempted = self.attempt_sealed(credential, body, context).await;
        attempted.map_err(|failed| failed.error)
    }

    /// The same, telling of a call that failed how far it came.
    pub async fn attempt_sealed(
        &self,
        credential: &HeldCredential,
        body: String,
        context: &CallContext,
    ) -> Result<Exchange, Box<FailedExchange>> {
        let mut phases = Phases::start();
        let request = send_sealed(credential, body, context, Timestamp::now());
        phases.lap(PhaseName::Seal);
        self.exchange(credential, request, context, (phases, &AtomicBool::new(false)))
            .await
    }

    /// Sends what was sealed and signed already.
    pub async fn send(
        &self,
        credential: &HeldCredential,
        request: SealedRequest,
        context: &CallContext,
    ) -> Result<Exchange, ClientError> {
        let noted = (Phases::start(), &AtomicBool::new(false));
        let sent = self.exchange(credential, request, context, noted);
        sent.await.map_err(|failed| failed.error)
    }

    async fn exchange(
        &self,
        credential: &HeldCredential,
        request: SealedRequest,
        context: &CallContext,
        noted: (Phases, &AtomicBool),
    ) -> Result<Exchange, Box<FailedExchange>> {
        noting_connection(self.noted_exchange(credential, request, context, noted)).await
    }

    async fn noted_exchange(
        &self,
        credential: &HeldCredential,
        request: SealedRequest,
        context: &CallContext,
        (phases, sent): (Phases, &AtomicBool),
    ) -> Result<Exchange, Box<FailedExchange>> {
        let mut progress = Progress::after(phases, sent);
        let posting = self.post(credential, &request, &mut progress);
        let posted = within_deadline(&credential.endpoint, context.deadline_ms, posting).await;
        let hands_on = self.settings.hands_on;
        let opened = match posted {
            Err(error) => Err(error),
            // Boxed, because there would be room for it in every call.
            Ok(()) if progress.is_large() => {
                Box::pin(progress.open_beside(credential, &request, hands_on)).await
            }
            Ok(()) => progress.open(credential, &request, hands_on),
        };
        match opened {
            Ok(reply) => Ok(progress.arrive(request, reply)),
            Err(error) => Err(Box::new(progress.fail(request, error))),
        }
    }

    async fn post(
        &self,
        credential: &HeldCredential,
        request: &SealedRequest,
        progress: &mut Progress<'_>,
    ) -> Result<(), ClientError> {
        let endpoint = &credential.endpoint;
        self.check_transport(endpoint)?;
        let transport = self.connections.to(endpoint, &credential.pins).await?;
        let bearer = ["Bearer ", &request.token].concat();
        let mut bearer = HeaderValue::try_from(bearer).expect("a token is base64url and dots");
        bearer.set_sensitive(true);
        let posted = transport::post(endpoint.url())
            .header(AUTHORIZATION, bearer)
            .header(CONTENT_TYPE, HeaderValue::from_static(request.content_type));
        let request = transport::with(posted, request.body.clone());
        transport::after_the_others().await;
        let sending = transport.send(endpoint.url(), request);
        progress.sending();
        let response = sending.await;
        let mut response = response.map_err(|error| response::unanswered(endpoint, &error))?;
        let body = progress.answered(Answer::begun(&mut response));
        response::read_body(endpoint, response, self.settings.response_limit, body).await?;
        progress.received();
        Ok(())
    }

    /// `GET` of one of an instance's open routes, such as `/health`, within a deadline.
    pub(super) async fn get(
        &self,
        endpoint: &Endpoint,
        url: Url,
        pins: &[Spki],
        deadline_ms: i64,
    ) -> Result<Answer, ClientError> {
        let call = async {
            self.check_transport(endpoint)?;
            let transport = self.connections.to(endpoint, pins).await?;
            let response = transport.send(&url, transport::get(&url)).await;
            let response = response.map_err(|error| response::unanswered(endpoint, &error))?;
            response::read(endpoint, response, self.settings.response_limit).await
        };
        within_deadline(endpoint, deadline_ms, call).await
    }

    pub(super) fn check_transport(&self, endpoint: &Endpoint) -> Result<(), ClientError> {
        if endpoint.is_tls() || endpoint.is_loopback() || self.settings.plain_http_anywhere {
            return Ok(());
        }
        Err(ClientError::Plaintext {
            endpoint: endpoint.as_str().to_owned(),
        })
    }
}

/// Gives up at the deadline (Unix milliseconds), and does not even begin after it.
pub(super) fn within_deadline<T>(
    endpoint: &Endpoint,
    deadline_ms: i64,
    call: impl Future<Output = Result<T, ClientError>>,
) -> impl Future<Output = Result<T, ClientError>> {
    let left_ms = deadline_ms.saturating_sub(Timestamp::now().as_micros() / 1_000);
    let left_ms = u64::try_from(left_ms).unwrap_or(0);
    // Boxed before it is waited for: an `async` function has room twice for a future that it is given.
    let call = Box::pin(tokio::time::timeout(Duration::from_millis(left_ms), call));
    async move {
        let too_late = || ClientError::Deadline {
            endpoint: endpoint.as_str().to_owned(),
            seconds: left_ms.div_ceil(1_000),
        };
        if left_ms == 0 {
            return Err(too_late());
        }
        call.await.unwrap_or_else(|_| Err(too_late()))
    }
}
