//! What is written is read by others: c3dio here, ezc3d and py-c3d by `benches/python/interop_c3d.py`.
