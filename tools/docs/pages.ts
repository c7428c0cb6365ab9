import { commandsPage } from './commands-page.ts';
import { configurationPage } from './configuration-page.ts';
import { doctorPage } from './doctor-page.ts';
import { errorsPage } from './errors-page.ts';
import { exitCodesPage } from './exit-codes-page.ts';
import { failuresPage } from './failures-page.ts';
import { gatewayPage } from './gateway-page.ts';
import { modelsPage } from './models-page.ts';
import { monitoringPage } from './monitoring-page.ts';

/** The pages in docs/ that are made from the code, by file name. */
export const pages: Readonly<Record<string, () => string | Promise<string>>> = {
  'commands.md': commandsPage,
  'configuration.md': configurationPage,
  'doctor.md': doctorPage,
  'errors.md': errorsPage,
  'exit-codes.md': exitCodesPage,
  'gateway.md': gatewayPage,
  'failures.md': failuresPage,
  'models.md': modelsPage,
  'monitoring.md': monitoringPage,
};
