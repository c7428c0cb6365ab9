import type { Check } from '../check.ts';
import { driverLoadingChecks } from './driver-loading.ts';
import { driverWorkingChecks } from './driver-working.ts';

export const driverChecks: readonly Check[] = [...driverLoadingChecks, ...driverWorkingChecks];
