//! Pages, one folder per noun.
