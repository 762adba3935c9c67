//! One exchange on its way, so that wherever it ends it can be told how far it came.

use super::exchange::Headers;
use super::response::{self, Answer};
use super::timing::{self, Phases};
use super::{ClientError, Exchange, FailedExchange};
use crate::protocol::{HeldCredential, Hop, PhaseName, Reply, SealedRequest};
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes of a body that is opened at once.
const AT_ONCE: usize = 256 * 1024;

/// How far an exchange came.
enum Stage {
    Sealed,
    Sending,
    Receiving,
    Received,
}

/// An exchange on its way: what is known of it wherever it ends.
pub(super) struct Progress<'a> {
    phases: Phases,
    stage: Stage,
    answer: Option<Answer>,
    abandoned: Abandoned<'a>,
}

/// Tells whoever gives an exchange up in the middle whether the instance may know of it.
struct Abandoned<'a> {
    is_sending: bool,
    sent: &'a AtomicBool,
}

impl Drop for Abandoned<'_> {
    fn drop(&mut self) {
        if self.is_sending && timing::has_connection() {
            self.sent.store(true, Ordering::Relaxed);
        }
    }
}

impl<'a> Progress<'a> {
    /// What is sealed already; where it is given up after it was sent, that is noted.
    pub(super) fn after(phases: Phases, sent: &'a AtomicBool) -> Self {
        Self {
            phases,
            stage: Stage::Sealed,
            answer: None,
            abandoned: Abandoned {
                is_sending: false,
                sent,
            },
        }
    }

    /// From here on the instance may know of it.
    pub(super) fn sending(&mut self) {
        self.stage = Stage::Sending;
        self.abandoned.is_sending = true;
    }

    /// The head of a response is there; gives the place for its body.
    pub(super) fn answered(&mut self, answer: Answer) -> &mut Vec<u8> {
        self.phases.answered();
        self.stage = Stage::Receiving;
        &mut self.answer.insert(answer).body
    }

    /// The body is there too.
    pub(super) fn received(&mut self) {
        self.phases.lap(PhaseName::Receive);
        self.stage = Stage::Received;
    }

    /// Whether what was received takes so long to open that others should go on meanwhile.
    pub(super) fn is_large(&self) -> bool {
        self.answer
            .as_ref()
            .is_some_and(|answer| answer.body.len() > AT_ONCE)
    }

    /// Opens what was received.
    pub(super) fn open(
        &mut self,
        credential: &HeldCredential,
        request: &SealedRequest,
        hands_on: bool,
    ) -> Result<Reply, ClientError> {
        let answer = self.answer.as_ref().expect("a response was received");
        let reply = response::open(credential, &request.jti, answer, hands_on)?;
        self.phases.lap(PhaseName::Open);
        Ok(reply)
    }

    /// The same on a blocking thread.
    pub(super) async fn open_beside(
        &mut self,
        credential: &HeldCredential,
        request: &SealedRequest,
        hands_on: bool,
    ) -> Result<Reply, ClientError> {
        let answer = self.answer.take().expect("a response was received");
        let (credential, jti) = (credential.clone(), request.jti.clone());
        let opening = tokio::task::spawn_blocking(move || {
            let opened = response::open(&credential, &jti, &answer, hands_on);
            (answer, opened)
        });
        // Only a panic ends it early, and that goes on here.
        let (answer, opened) = opening
            .await
            .unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()));
        self.answer = Some(answer);
        let reply = opened?;
        self.phases.lap(PhaseName::Open);
        Ok(reply)
    }

    /// It ended in this reply.
    pub(super) fn arrive(self, request: SealedRequest, reply: Reply) -> Exchange {
        let (status, response_headers, response_body) = taken_apart(self.answer);
        let elapsed_us = self.phases.elapsed_us();
        Exchange {
            status: status.unwrap_or_default(),
            response_headers,
            response_body,
            hop: self.phases.into_hop(reply.trace()),
            reply,
            request,
            elapsed_us,
        }
    }

    /// It ended in none.
    pub(super) fn fail(mut self, request: SealedRequest, error: ClientError) -> FailedExchange {
        match self.stage {
            Stage::Sealed | Stage::Received => {}
            Stage::Sending => self.phases.given_up(),
            Stage::Receiving => self.phases.lap(PhaseName::Receive),
        }
        let (status, response_headers, response_body) = taken_apart(self.answer);
        let elapsed_us = self.phases.elapsed_us();
        let is_sent = self.phases.reached_the_instance();
        let failed = Some(error.code().as_str().to_owned());
        FailedExchange {
            error,
            request,
            is_sent,
            status,
            response_headers,
            response_body,
            hop: Hop {
                failed,
                ..self.phases.into_hop(None)
            },
            elapsed_us,
        }
    }
}

fn taken_apart(answer: Option<Answer>) -> (Option<u16>, Headers, Vec<u8>) {
    answer.map_or_else(Default::default, |answer| {
        (Some(answer.status), answer.headers, answer.body)
    })
}
