//! Changing a layer and the state that it lies in at the same time.

use super::State;
use crate::tui::layers::Layer;

impl State {
    /// Closes whatever lies over the panes, to go to one of them. What lies beneath it to be read stays, and is on top then:
    /// some of it is shown once.
    pub fn close_pages(&mut self) {
        self.layers.retain(|layer| matches!(layer, Layer::Notice(_)));
    }

    /// Takes the topmost layer that is meant out for a while, so that `change` has both; it comes back to its place if
    /// that says that it stays. Nothing happens where there is none.
    pub fn change_layer<T: Default>(
        &mut self,
        is_meant: impl Fn(&Layer) -> bool,
        change: impl FnOnce(&mut Self, &mut Layer) -> (bool, T),
    ) -> T {
        let Some(place) = self.layers.iter().rposition(is_meant) else {
            return T::default();
        };
        let mut layer = self.layers.remove(place);
        let (stays, told) = change(self, &mut layer);
        if stays {
            // A page that was opened meanwhile lies over it.
            let place = place.min(self.layers.len());
            self.layers.insert(place, layer);
        }
        told
    }
}
