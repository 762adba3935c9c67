//! After a bundle is open: comparing words, mixing fresh keys, checking that it works; and where every
//! handshake stands.

use super::{AskRequest, Check, Failure, HandshakeRow, RequestMade, Verified, Workspace};
use serde_json::Value;

impl Workspace {
    /// Asks for a credential: a request to send, whose answer only this home opens.
    pub async fn ask(&self, request: AskRequest) -> Result<RequestMade, Failure> {
        let _ = request;
        todo!()
    }

    /// What a request says, checked: `{id, name, instance, identity, app_id, holders, expires_at}`. Needs no home.
    pub fn inspect_request(text: &str) -> Result<Value, Failure> {
        let _ = text;
        todo!()
    }

    /// Every handshake that began here or on an instance of ours and is not over, newest first; with `all`, those
    /// that are over too.
    pub async fn handshakes(&self, all: bool) -> Result<(Vec<HandshakeRow>, Vec<Failure>), Failure> {
        let _ = all;
        todo!()
    }

    /// One handshake, by its id, the remote's name, or a credential's name.
    pub async fn handshake(&self, id: &str) -> Result<HandshakeRow, Failure> {
        let _ = id;
        todo!()
    }

    /// People on this side compared the words. If they match: verified, and on the side that holds the
    /// credentials fresh keys are mixed in as soon as the other side allows it. May be called again while it waits.
    /// If they differ: nothing of it stays.
    pub async fn verify(&self, id: &str, words_match: bool) -> Result<Verified, Failure> {
        let _ = (id, words_match);
        todo!()
    }

    /// Tries to go on without a person: mixes keys if that waits only for the other side. Safe to call at any time.
    pub async fn advance(&self, id: &str) -> Result<Verified, Failure> {
        let _ = id;
        todo!()
    }

    /// Ends a handshake that is not over: withdraws the offer, or forgets what came of it here.
    pub async fn cancel_handshake(&self, id: &str) -> Result<(), Failure> {
        let _ = id;
        todo!()
    }

    /// Makes a new code for an offer whose code was burnt or is too old.
    pub async fn new_code(&self, id: &str) -> Result<super::OfferMade, Failure> {
        let _ = id;
        todo!()
    }

    /// Live checks of a held credential, one after the other; `report` hears of each as it is made.
    pub async fn check_credential(
        &self,
        name: &str,
        report: &(dyn Fn(&Check) + Sync),
    ) -> Result<Vec<Check>, Failure> {
        let _ = (name, report);
        todo!()
    }

    /// Where the wizard of a handshake was left, as it wrote it.
    pub async fn wizard_draft(&self) -> Result<Option<Value>, Failure> {
        todo!()
    }

    /// Keeps where the wizard is, sealed in the vault; none forgets it.
    pub async fn keep_wizard_draft(&self, draft: Option<Value>) -> Result<(), Failure> {
        let _ = draft;
        todo!()
    }
}
