//! Members of an error reply that say how far a chain of calls came.

/// Where it failed: the hop, and what was said there.
pub(super) const FAILED_AT: &str = "failed_at";

/// Whether anything left this instance or was begun: false where nothing was; true where something left and no reply of the
/// peer says what became of it.
pub(super) const SENT: &str = "sent";
