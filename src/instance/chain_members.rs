//! Members of an error reply that say how far a chain of calls came.

/// Where it failed: the hop, and what was said there.
pub(super) const FAILED_AT: &str = "failed_at";

/// Whether anything left this instance: false where nothing did; true where something did and no reply of the peer says
/// what became of it.
pub(super) const SENT: &str = "sent";
