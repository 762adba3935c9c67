//! Pointers of any instance, local or remote, native or original.

use super::{Failure, PointerDetail, Workspace};
use crate::model::{NewPointer, Pointer, PointerAddress, PointerChange};
use crate::store::{PointerPage, PointerQuery};

impl Workspace {
    /// A page of pointers. Original instances know neither list nor pages: they are searched for `%`, and the
    /// page is cut from the answer, which is kept for a while.
    pub async fn pointers(&self, _instance: &str, _query: &PointerQuery) -> Result<PointerPage, Failure> {
        todo!()
    }

    /// One pointer and what is around it.
    pub async fn pointer(
        &self,
        _instance: &str,
        _address: &PointerAddress,
    ) -> Result<PointerDetail, Failure> {
        todo!()
    }

    /// Makes a pointer.
    pub async fn create_pointer(&self, _instance: &str, _new: NewPointer) -> Result<Pointer, Failure> {
        todo!()
    }

    /// Changes a pointer.
    pub async fn update_pointer(
        &self,
        _instance: &str,
        _address: &PointerAddress,
        _change: PointerChange,
    ) -> Result<Pointer, Failure> {
        todo!()
    }

    /// Removes a pointer.
    pub async fn delete_pointer(&self, _instance: &str, _address: &PointerAddress) -> Result<(), Failure> {
        todo!()
    }
}
