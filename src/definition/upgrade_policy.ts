/** Whether, when and how far an application upgrades itself: what the plugin `upgrade_scheduled` asks for, as data. */
export interface UpgradePolicy {
  /** When the timer elapses, as systemd.time(7) writes it. */
  readonly oncalendar: string;
  /** Whether the timer may apply a revision that is granted more than the one before (`Desired.grants`). */
  readonly widen: boolean;
}
