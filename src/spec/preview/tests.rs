//! Previews of specs as people write them, each rule by the behaviour that it gives.
