//! Standing in for an original Python instance.

use crate::model::AppId;
use crate::seal::{FernetKey, TokenSecret};

/// Stands in for an original Python instance: what `JWT_SECRET_KEY`, `BUTTERFLY_ENCRYPTION_KEY` and `--legacy-app` say.
/// These credentials live in memory only, with the rights of the owner, as in the original.
#[derive(Clone)]
pub struct LegacyStandIn {
    /// Who may call.
    pub app_ids: Vec<AppId>,
    /// Signs tokens.
    pub token_secret: TokenSecret,
    /// Seals bodies.
    pub encryption_key: FernetKey,
}
