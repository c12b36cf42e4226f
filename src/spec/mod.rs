//! The app spec: parse, check, print, diff, and the preview transformation. Pure.
