/** Whether an application follows its neighbours, and how: what the plugin `neighbours_watch` asks for, as data. */
export interface WatchPolicy {
  /** Full names of the units that are reloaded when something changed; null: all that run and can be. */
  readonly reload: readonly string[] | null;
}
