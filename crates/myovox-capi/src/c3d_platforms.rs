//! Force platforms of a C3D recording: what they are, and what acted on them.

use std::ffi::c_char;

use myovox::formats::c3d::{ForcePlatform, ForcePlatformConfig, ForcePlatforms, PlateLoads, UnitSource};
use myovox::{Budget, Limits, Missing, Warning};
use serde::Serialize;

use crate::border::{border, config, free, give, give_handle, give_text, give_values, handle, json, writable};
use crate::c3d::myovox_c3d;
use crate::result::{Failure, myovox_result};

/// The force platforms of a recording. Never changes: may be read from several threads at once; freed once, when no thread reads it any more.
pub struct myovox_c3d_platforms {
    found: ForcePlatforms,
    description: String,
}

#[derive(Serialize)]
struct Description<'a> {
    rate_hz: Option<f64>,
    baseline_frames: Option<[u32; 2]>,
    platforms: Vec<PlatformDescription<'a>>,
    missing: &'a [Missing],
    warnings: &'a [Warning],
}

#[derive(Serialize)]
struct PlatformDescription<'a> {
    #[serde(rename = "type")]
    kind: u32,
    channels: &'a [usize],
    corners: [[f64; 3]; 4],
    center: Option<[f64; 3]>,
    rotation: Option<[[f64; 3]; 3]>,
    origin: [f64; 3],
    length_m: f64,
    length_unit: UnitSource,
    force_unit: UnitSource,
    moment_unit: UnitSource,
    cop_corrected: bool,
    has_loads: bool,
}

impl<'a> Description<'a> {
    fn of(found: &'a ForcePlatforms) -> Self {
        let platform = |platform: &'a ForcePlatform| PlatformDescription {
            kind: platform.kind,
            channels: &platform.channels,
            corners: platform.corners,
            center: platform.center,
            rotation: platform.rotation,
            origin: platform.origin,
            length_m: platform.units.length_m,
            length_unit: platform.units.length,
            force_unit: platform.units.force,
            moment_unit: platform.units.moment,
            cop_corrected: platform.cop_corrected,
            has_loads: platform.loads.is_some(),
        };
        Self {
            rate_hz: found.rate_hz,
            baseline_frames: found.baseline_frames,
            platforms: found.platforms.iter().map(platform).collect(),
            missing: &found.missing,
            warnings: &found.warnings,
        }
    }
}

/// Computes force, moment, centre of pressure and free moment of every force platform of a recording.
///
/// config_json_or_null: settings as a JSON object; NULL for all defaults. "cop_threshold_n": smallest |Fz| for a centre of pressure, 10 N by
/// default; "sign": "measured" (default) or "ground_reaction"; "baseline": "none" (default) or "zero_frames"; "kistler_correction": "none"
/// (default) or "polynomial"; "policy": "lenient" (default) or "strict". Unknown keys are refused.
/// platforms: receives the platforms, none where the recording has none; to be freed with myovox_c3d_platforms_free. Not written on failure.
///
/// Fails with NULL_POINTER, INVALID_ARGUMENT, DATA, LIMIT, CONFIG, PANIC. Thread-safe, also for one recording.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_force_platforms(
    recording: *const myovox_c3d,
    config_json_or_null: *const c_char,
    platforms: *mut *mut myovox_c3d_platforms,
) -> myovox_result {
    border(|| {
        writable(platforms, "platforms")?;
        // SAFETY: by the contract the handle is live and the text is there.
        let (handle, settings) =
            unsafe { (handle(recording, "recording")?, config::<ForcePlatformConfig>(config_json_or_null)?) };
        let found = handle.recording.force_platforms(&settings, &mut Budget::new(&Limits::default()))?;
        let description = json(&Description::of(&found), "platforms")?;
        // SAFETY: by the contract `platforms` has room for a pointer.
        unsafe { give_handle(myovox_c3d_platforms { found, description }, platforms, "platforms") }
    })
}

/// Frees force platforms; NULL is nothing to free. Freeing twice is undefined.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_platforms_free(platforms: *mut myovox_c3d_platforms) {
    // SAFETY: by the contract the handle is NULL or live and nobody uses it any more.
    unsafe { free(platforms) }
}

/// Number of force platforms, also of those without loads. Fails with NULL_POINTER. Thread-safe, also for one handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_platforms_count(
    platforms: *const myovox_c3d_platforms,
    count: *mut usize,
) -> myovox_result {
    // SAFETY: by the contract the handle is live and `count` has room.
    border(|| unsafe { give(handle(platforms, "platforms")?.found.platforms.len(), count, "count") })
}

/// What the platforms are, as one JSON object: "rate_hz" of the loads, "baseline_frames" that were subtracted, "platforms" with "type", "channels"
/// (from 0), "corners", "center", "rotation" (rows of the matrix from plate to laboratory), "origin", "length_m" (metres per unit of
/// length), the sources of their units, "cop_corrected", "has_loads"; "missing" says which have no loads and why; "warnings".
///
/// Text buffer convention. Fails with NULL_POINTER, BUFFER_TOO_SMALL. Thread-safe, also for one handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_platforms_json(
    platforms: *const myovox_c3d_platforms,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_text(&handle(platforms, "platforms")?.description, buffer, capacity, needed) }
    })
}

/// The type of a platform (FORCE_PLATFORM:TYPE), 0 where the file does not say; index from 0.
///
/// Fails with NULL_POINTER, INVALID_ARGUMENT. Thread-safe, also for one handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_platforms_type(
    platforms: *const myovox_c3d_platforms,
    index: usize,
    kind: *mut u32,
) -> myovox_result {
    // SAFETY: by the contract the handle is live and `kind` has room.
    border(|| unsafe { give(platform(platforms, index)?.kind, kind, "kind") })
}

/// The corners of a platform in the laboratory, 4 x 3: x, y, z of the corner at (+x, +y) of the plate, then at (-x, +y), (-x, -y), (+x, -y); in
/// the unit of the points.
///
/// Array buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL. Thread-safe, also for one handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_platforms_corners(
    platforms: *const myovox_c3d_platforms,
    index: usize,
    buffer: *mut f64,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_values(platform(platforms, index)?.corners.as_flattened().iter(), buffer, capacity, needed) }
    })
}

/// The origin of a platform (FORCE_PLATFORM:ORIGIN) as it was used: x, y, z in the frame of the plate and the unit of the points.
///
/// Array buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL. Thread-safe, also for one handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_platforms_origin(
    platforms: *const myovox_c3d_platforms,
    index: usize,
    buffer: *mut f64,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_values(platform(platforms, index)?.origin.iter(), buffer, capacity, needed) }
    })
}

/// The force on a platform in the laboratory in N, 3 x samples: all samples of x, then of y, then of z; NaN for type 12, which measures one
/// component only.
///
/// Array buffer convention. Fails with NULL_POINTER, INVALID_ARGUMENT, BUFFER_TOO_SMALL, and with DATA where the platform cannot be what the file
/// says: the last error has the reason. Thread-safe, also for one handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_platforms_force_n(
    platforms: *const myovox_c3d_platforms,
    index: usize,
    buffer: *mut f64,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_values(loads(platforms, index)?.force_n.iter(), buffer, capacity, needed) }
    })
}

/// The force along the z axis of the plate in N, one value a sample.
///
/// Conventions and failures as for myovox_c3d_platforms_force_n. Thread-safe, also for one handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_platforms_normal_force_n(
    platforms: *const myovox_c3d_platforms,
    index: usize,
    buffer: *mut f64,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_values(loads(platforms, index)?.normal_force_n.iter(), buffer, capacity, needed) }
    })
}

/// The moment about the centre of the surface of a platform, in the laboratory in N m, 3 x samples; NaN for type 12, and where the origin is not
/// known.
///
/// Conventions and failures as for myovox_c3d_platforms_force_n. Thread-safe, also for one handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_platforms_moment_nm(
    platforms: *const myovox_c3d_platforms,
    index: usize,
    buffer: *mut f64,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_values(loads(platforms, index)?.moment_nm.iter(), buffer, capacity, needed) }
    })
}

/// The centre of pressure on a platform, in the laboratory and the unit of the points, 3 x samples; NaN at or below the threshold of force.
///
/// Conventions and failures as for myovox_c3d_platforms_force_n. Thread-safe, also for one handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_platforms_center_of_pressure(
    platforms: *const myovox_c3d_platforms,
    index: usize,
    buffer: *mut f64,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_values(loads(platforms, index)?.center_of_pressure.iter(), buffer, capacity, needed) }
    })
}

/// The free moment on a platform, along the z axis of the plate, in the laboratory in N m, 3 x samples; NaN at or below the threshold of force and
/// for type 12.
///
/// Conventions and failures as for myovox_c3d_platforms_force_n. Thread-safe, also for one handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn myovox_c3d_platforms_free_moment_nm(
    platforms: *const myovox_c3d_platforms,
    index: usize,
    buffer: *mut f64,
    capacity: usize,
    needed: *mut usize,
) -> myovox_result {
    border(|| {
        // SAFETY: by the contract the handle is live, and `buffer` and `needed` have room.
        unsafe { give_values(loads(platforms, index)?.free_moment_nm.iter(), buffer, capacity, needed) }
    })
}

/// # Safety
/// `platforms` is `NULL` or a live handle.
unsafe fn platform<'a>(platforms: *const myovox_c3d_platforms, index: usize) -> Result<&'a ForcePlatform, Failure> {
    // SAFETY: as the contract above says.
    let all = &unsafe { handle(platforms, "platforms") }?.found.platforms;
    all.get(index).ok_or_else(|| {
        Failure::invalid("capi.out-of-range", format!("index: found {index}, expected less than {}", all.len()))
    })
}

/// # Safety
/// `platforms` is `NULL` or a live handle.
unsafe fn loads<'a>(platforms: *const myovox_c3d_platforms, index: usize) -> Result<&'a PlateLoads, Failure> {
    // SAFETY: as the contract above says.
    let (all, platform) = unsafe { (handle(platforms, "platforms")?, platform(platforms, index)?) };
    platform.loads.as_ref().ok_or_else(|| {
        let path = format!("platforms[{index}].loads");
        let reason = all.found.missing.iter().find(|missing| missing.path == path);
        let reason = reason.map_or("the platform has no loads", |missing| missing.message.as_str());
        Failure::new(myovox_result::Data, "capi.no-loads", format!("platform {index}: {reason}"))
    })
}
