//! Circuits as people write them: read to the end whatever is wrong, with every fault at a step that is there.

use butterfly_console::protocol::circuit::Circuit;
use butterfly_console::protocol::data_reference::ReferenceKind;

/// One case.
pub fn check(text: &str) {
    let _ = ReferenceKind::of(text);
    let circuit = Circuit::read(text);
    if circuit.is_refused() {
        let fault = circuit.first_fault().expect("a refusal has a reason");
        assert!(!fault.words().is_empty());
    }
}
