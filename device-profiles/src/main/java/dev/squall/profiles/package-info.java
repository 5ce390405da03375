/**
 * Device profiles: what is known of each class of device, as data.
 *
 * <p>One TOML file per device class lies beside these classes. A profile says how a live device is
 * recognised, which limits its kernels must respect and which rates a planner may assume until it
 * has measured better ones. Code that reads profiles needs no test of a vendor's name.
 *
 * <h2>The file</h2>
 *
 * <pre>{@code
 * id = "arc-b580"                 # equals the file name without .toml
 * name = "Intel Arc B580"
 * kind = "gpu"                    # cpu, gpu, igpu, fpga, emulator or capture
 * timing_meaningful = true        # false for an emulator or a capture driver: never rank it
 *
 * [[match]]                       # a live device matches if it meets any one of these rules
 * platform = ["OpenCL"]           # optional: the platform's name holds one of these
 * device = ["Arc(TM) B580"]       # optional: the device's name holds one of these
 * except = ["Laptop"]             # optional: neither name holds any of these
 * environment = { NAME = "1" }    # optional: the device's process runs with these variables
 *
 * [sources]                       # where the figures come from; every entry is cited
 * catalogue = "the maker's catalogue, edition and page"
 *
 * [memory]                        # further tables: compute, limits, link, power, timing
 * bandwidth_gigabytes_per_second = { value = 456, evidence = "published", source = "catalogue" }
 * }</pre>
 *
 * <p>Rules of the form:
 *
 * <ul>
 *   <li>A key that carries a unit has it in its name. Giga and tera are powers of ten; kibi and
 *       mebi are powers of two.
 *   <li>A figure, a flag or a list in one of the six tables is always {@code { value, evidence,
 *       source }}: a bare value is an error, and so is a source that {@code [sources]} lacks or a
 *       source that nothing cites.
 *   <li>Evidence is {@code measured} (by this project), {@code published} (by the maker or the
 *       author of the software in question), {@code derived} (arithmetic from cited figures),
 *       {@code secondary} (told by a third party) or {@code unverified}.
 *   <li>What is not known is left out, never guessed.
 *   <li>Figures are positive and finite. An unknown key is an error that names the nearest key.
 * </ul>
 *
 * <p>{@link dev.squall.profiles.ProfileReader} lists every key; {@link
 * dev.squall.profiles.DeviceProfile} explains each. {@link dev.squall.profiles.Calibration} holds
 * the figures measured on one host, which replace a profile's assumptions.
 */
package dev.squall.profiles;
