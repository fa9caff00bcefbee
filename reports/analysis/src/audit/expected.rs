//! What class a plan asks for.

use load_plan::plan::{PhaseKind, Spacing};

use super::Class;

/// What arrivals of a phase should look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// There are none.
    Nothing,
    /// Any class will do.
    Any,
    /// This one.
    Class(Class),
}

/// What a phase of this kind asks for.
pub fn expected(kind: &PhaseKind) -> Asked {
    match kind {
        PhaseKind::Rate { spacing, .. } => Asked::Class(of_spacing(*spacing)),
        PhaseKind::Idle {} | PhaseKind::Listen { .. } => Asked::Nothing,
    }
}

fn of_spacing(spacing: Spacing) -> Class {
    match spacing {
        Spacing::Even => Class::Even,
        Spacing::Poisson => Class::Poisson,
    }
}

impl Asked {
    /// The class; none if there is no single one.
    pub fn class(self) -> Option<Class> {
        match self {
            Self::Class(class) => Some(class),
            Self::Nothing | Self::Any => None,
        }
    }
}
